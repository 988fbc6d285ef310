namespace Herald.Alarms.Messages;

/// <summary>What <c>AlarmStatusChanged</c> says. Lent by the parser until its next call.</summary>
internal readonly ref struct StatusChange
{
    public required ReadOnlySpan<byte> User { get; init; }
    public required ReadOnlySpan<byte> Alarm { get; init; }
    public required AlarmStatus Status { get; init; }
    public required ChangedAt ChangedAt { get; init; }
}
