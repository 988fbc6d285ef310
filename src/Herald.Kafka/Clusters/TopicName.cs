using Herald.Engine.Basics;

namespace Herald.Kafka.Clusters;

/// <summary>The names that Kafka accepts for topics.</summary>
public sealed class TopicName : ISettingForm
{
    private TopicName() { }

    public const string Rule = "up to 249 letters, digits, dots, underscores and hyphens";

    static string ISettingForm.Rule => $"A name has {Rule}.";

    static bool ISettingForm.Accepts(string text) => IsOne(text);

    public static bool IsOne(string name) =>
        name is { Length: > 0 and <= 249 } and not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
