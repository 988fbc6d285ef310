using System.Globalization;

namespace Herald.Nats.JetStream;

/// <summary>JetStream has answered that it did not do what was asked for.</summary>
/// <param name="code">Like HTTP's: 4xx are the asker's, 5xx the server's.</param>
/// <param name="errorCode">Which error it is, of JetStream's own list; 0 when it gives none.</param>
public sealed class JetStreamException(int code, int errorCode, string description)
    : NatsException(string.Create(CultureInfo.InvariantCulture, $"JetStream: {description} ({code}{(errorCode == 0 ? "" : $", error {errorCode}")})"))
{
    public int Code { get; } = code;
    public int ErrorCode { get; } = errorCode;
    public string Description { get; } = description;

    /// <summary>There is no JetStream for this client, or nothing of it listens there.</summary>
    public bool IsNotThere => ErrorCode is JetStreamError.NotEnabled or JetStreamError.NotEnabledForAccount || (Code == 503 && ErrorCode == 0);
}
