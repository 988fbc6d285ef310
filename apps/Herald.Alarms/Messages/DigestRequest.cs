namespace Herald.Alarms.Messages;

/// <summary>What <c>SendAlarmDigest</c> says. Lent by the parser until its next call.</summary>
internal readonly ref struct DigestRequest
{
    public required ReadOnlySpan<byte> User { get; init; }
}
