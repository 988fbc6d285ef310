namespace Herald.Outbound;

/// <summary>The bounds of one request.</summary>
/// <param name="Timeout">Covers everything: name look-up, connection, request and answer.</param>
public readonly record struct SendRules(TimeSpan Timeout)
{
    public const int DefaultAnswerBytes = 4096;

    /// <summary>How much of the body of an answer is kept.</summary>
    public int MaxAnswerBytes { get; init; } = DefaultAnswerBytes;

    /// <summary>
    /// The request is not safe to send twice. When a used connection ends before the answer, the receiver can have worked on the request.
    /// Then it is a failure instead of a resend. A request of which nothing has gone out yet is sent over a new connection all the same.
    /// </summary>
    public bool IsSentOnce { get; init; }
}
