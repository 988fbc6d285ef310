namespace Herald.Nats.Wire;

/// <summary>What a server complains about with <c>-ERR</c>. After most complaints it closes the connection; one that denies a subject it goes on after.</summary>
/// <param name="Text">As it came, without quotes.</param>
public readonly record struct Complaint(string Text)
{
    private const string Publishing = "Permissions Violation for Publish to \"";
    private const string Subscribing = "Permissions Violation for Subscription to \"";

    /// <summary>The subject that may not be published to; null when it complains about something else.</summary>
    public string? DeniedPublish => SubjectAfter(Publishing);

    /// <summary>The subject that may not be subscribed.</summary>
    public string? DeniedSubscription => SubjectAfter(Subscribing);

    public static Complaint Of(ReadOnlySpan<byte> text) => new(System.Text.Encoding.UTF8.GetString(text).Trim('\''));

    private string? SubjectAfter(string beginning)
    {
        if (!Text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            return null;
        var end = Text.IndexOf('"', beginning.Length);
        return end < 0 ? null : Text[beginning.Length..end];
    }
}
