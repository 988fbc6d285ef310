namespace Herald.Alarms;

/// <summary>The application's topics, and the names of its messages, which are subjects and event types.</summary>
public static class AlarmEvents
{
    /// <summary>
    /// The topic of both kinds of incoming messages. The key is the user, so each user's messages stay in order and in one shard.
    /// </summary>
    public const string Topic = "alarms";

    /// <summary>The topic of digests. The key is the user here too.</summary>
    public const string DigestTopic = "alarm-digests";

    public const string StatusChanged = "AlarmStatusChanged";
    public const string SendDigest = "SendAlarmDigest";
    public const string Digest = "AlarmDigest";

    internal static ReadOnlySpan<byte> StatusChangedUtf8 => "AlarmStatusChanged"u8;
    internal static ReadOnlySpan<byte> SendDigestUtf8 => "SendAlarmDigest"u8;
    internal static ReadOnlySpan<byte> DigestUtf8 => "AlarmDigest"u8;
}
