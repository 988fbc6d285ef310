namespace Herald.Alarms.Messages;

/// <summary>The content of a <c>SendAlarmDigest</c> message. The parser lends it until its next call.</summary>
internal readonly ref struct DigestRequest
{
    public required ReadOnlySpan<byte> User { get; init; }
}
