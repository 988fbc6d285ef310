using Herald.Alarms.Messages;

namespace Herald.Alarms.Users;

/// <summary>The state of one alarm.</summary>
internal struct AlarmEntry
{
    public required ReadOnlyMemory<byte> Id { get; init; }
    public AlarmStatus Status { get; set; }
    public ChangedAt ChangedAt { get; set; }

    /// <summary>Its status has changed since it was last sent, or it was never sent.</summary>
    public bool IsDue { get; set; }

    /// <summary>The period in which it was last heard (see <see cref="Retention.Periods"/>).</summary>
    public long Heard { get; set; }

    public readonly bool IsActive => Status != AlarmStatus.Cleared;
}
