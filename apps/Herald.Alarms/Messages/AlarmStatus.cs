namespace Herald.Alarms.Messages;

/// <summary>The values are part of the record's format.</summary>
internal enum AlarmStatus : byte
{
    Cleared = 0,
    Warning = 1,
    Critical = 2,
}
