namespace Herald.Alarms.Messages;

/// <summary>The content of an <c>AlarmStatusChanged</c> message. The parser lends it until its next call.</summary>
internal readonly ref struct StatusChange
{
    public required ReadOnlySpan<byte> User { get; init; }
    public required ReadOnlySpan<byte> Alarm { get; init; }
    public required AlarmStatus Status { get; init; }
    public required ChangedAt ChangedAt { get; init; }
}
