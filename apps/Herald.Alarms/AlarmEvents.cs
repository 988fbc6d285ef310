namespace Herald.Alarms;

/// <summary>What the application reads and tells: topics, and the names of messages, which are subjects and types of events.</summary>
public static class AlarmEvents
{
    /// <summary>Both kinds of messages that come in. Its key is the user, so that each user's messages stay in order and in one shard.</summary>
    public const string Topic = "alarms";

    /// <summary>Of digests; the user is the key here too.</summary>
    public const string DigestTopic = "alarm-digests";

    public const string StatusChanged = "AlarmStatusChanged";
    public const string SendDigest = "SendAlarmDigest";
    public const string Digest = "AlarmDigest";

    internal static ReadOnlySpan<byte> StatusChangedUtf8 => "AlarmStatusChanged"u8;
    internal static ReadOnlySpan<byte> SendDigestUtf8 => "SendAlarmDigest"u8;
    internal static ReadOnlySpan<byte> DigestUtf8 => "AlarmDigest"u8;
}
