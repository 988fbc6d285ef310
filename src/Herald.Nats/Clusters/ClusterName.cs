namespace Herald.Nats.Clusters;

/// <summary>What endpoints and sources call a cluster.</summary>
internal static class ClusterName
{
    public const string Rule = "up to 63 lower-case letters, digits and hyphens, beginning with a letter";

    private const int Longest = 63;

    // It is the host of an endpoint, so it must be one that URLs do not change.
    public static bool IsOne(string name) =>
        name is [>= 'a' and <= 'z', ..] && name[^1] != '-' && name.Length <= Longest && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
