namespace Herald.Kafka.Clusters;

/// <summary>The names that Kafka accepts for topics.</summary>
internal static class TopicName
{
    public const string Rule = "up to 249 letters, digits, dots, underscores and hyphens";

    public static bool IsOne(string name) =>
        name.Length is > 0 and <= 249 && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
