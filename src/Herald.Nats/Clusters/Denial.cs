namespace Herald.Nats.Clusters;

/// <summary>A server's message that a client may not use a subject. The connection stays.</summary>
internal readonly record struct Denial(string Subject, bool IsPublish)
{
    private const string Publishing = "Permissions Violation for Publish to \"",
        Subscribing = "Permissions Violation for Subscription to \"";

    /// <returns>Null when the server reports something else.</returns>
    public static Denial? Of(string complaint) =>
        SubjectAfter(Publishing, complaint) is { } target ? new(target, true)
        : SubjectAfter(Subscribing, complaint) is { } subject ? new(subject, false)
        : null;

    private static string? SubjectAfter(string beginning, string complaint)
    {
        if (!complaint.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            return null;
        var end = complaint.IndexOf('"', beginning.Length);
        return end < 0 ? null : complaint[beginning.Length..end];
    }
}
