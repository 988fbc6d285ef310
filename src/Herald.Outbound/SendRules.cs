namespace Herald.Outbound;

/// <summary>The bounds of one request.</summary>
/// <param name="Timeout">Covers everything: name look-up, connection, request and answer.</param>
public readonly record struct SendRules(TimeSpan Timeout)
{
    public const int DefaultAnswerBytes = 4096;

    /// <summary>How long the body of an answer may take when its status says all that the caller needs. It is there for people.</summary>
    public static readonly TimeSpan BodyPatience = TimeSpan.FromSeconds(2);

    private readonly string? _remedy;

    /// <summary>How much of the body of an answer is kept.</summary>
    public int MaxAnswerBytes { get; init; } = DefaultAnswerBytes;

    /// <summary>
    /// Whether the body of an answer with this status decides what the answer means. Such a body gets all the time that is left. Null for
    /// callers that read the status only.
    /// </summary>
    public Func<int, bool>? NeedsBody { get; init; }

    /// <summary>
    /// The request is not safe to send twice. When a used connection ends before the answer, the receiver can have worked on the request.
    /// Then it is a failure instead of a resend. A request of which nothing has gone out yet is sent over a new connection all the same.
    /// </summary>
    public bool IsSentOnce { get; init; }

    /// <summary>What allows an address that the guard refuses, as the end of a sentence.</summary>
    public string Remedy
    {
        get => _remedy ?? "Herald goes there only if webhooks.allowedNetworks contains it";
        init => _remedy = value;
    }
}
