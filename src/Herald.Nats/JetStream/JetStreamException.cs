using System.Globalization;

namespace Herald.Nats.JetStream;

/// <summary>JetStream has answered that a request failed.</summary>
/// <param name="code">Like HTTP's: 4xx are errors of the client, 5xx of the server.</param>
/// <param name="errorCode">The number in JetStream's own list of errors; 0 when it gives none.</param>
public sealed class JetStreamException(int code, int errorCode, string description)
    : NatsException(
        string.Create(CultureInfo.InvariantCulture, $"JetStream: {description} ({code}{(errorCode == 0 ? "" : $", error {errorCode}")})"))
{
    public int Code { get; } = code;
    public int ErrorCode { get; } = errorCode;
    public string Description { get; } = description;

    /// <summary>There is no JetStream for this client, or no part of it answers.</summary>
    public bool IsNotThere =>
        ErrorCode is JetStreamError.NotEnabled or JetStreamError.NotEnabledForAccount || (Code == 503 && ErrorCode == 0);
}
