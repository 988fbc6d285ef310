namespace Herald.Alarms.Messages;

/// <summary>Part of the record's format.</summary>
internal enum AlarmStatus : byte
{
    Cleared = 0,
    Warning = 1,
    Critical = 2,
}
