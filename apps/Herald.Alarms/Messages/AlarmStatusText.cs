namespace Herald.Alarms.Messages;

/// <summary>Statuses as in messages: exactly these words.</summary>
internal static class AlarmStatusText
{
    public const string Rule = "Must be CLEARED, WARNING or CRITICAL.";

    public static ReadOnlySpan<byte> Utf8Of(AlarmStatus status) => status switch
    {
        AlarmStatus.Cleared => "CLEARED"u8,
        AlarmStatus.Warning => "WARNING"u8,
        AlarmStatus.Critical => "CRITICAL"u8,
    };

    public static bool TryParse(ReadOnlySpan<byte> text, out AlarmStatus status)
    {
        for (status = AlarmStatus.Cleared; status <= AlarmStatus.Critical; status++)
        {
            if (text.SequenceEqual(Utf8Of(status)))
                return true;
        }
        return false;
    }
}
