namespace Herald.Outbound;

/// <summary>
/// The endpoint had closed a connection that was used again, or said that it would. No byte of an answer to the request has arrived.
/// </summary>
internal sealed class StaleConnectionException(string reason, Exception? inner = null) : IOException(reason, inner)
{
    /// <summary>No byte of the request has gone out, so to send it is no repeat.</summary>
    public bool IsUnsent { get; init; }
}
