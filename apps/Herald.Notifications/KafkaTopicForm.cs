using Herald.Engine.Basics;

namespace Herald.Notifications;

/// <summary>The names that Kafka allows for topics.</summary>
public sealed class KafkaTopicForm : ISettingForm
{
    private const int Longest = 249;

    private KafkaTopicForm() { }

    public static string Rule => "A topic of Kafka: 1 to 249 letters, digits and . _ - in ASCII, neither . nor ..";

    public static bool Accepts(string text) => text.Length is > 0 and <= Longest && text is not ("." or "..")
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
