using Herald.Alarms.Messages;

namespace Herald.Alarms.Users;

/// <summary>What is known of one alarm.</summary>
internal struct AlarmEntry
{
    public required ReadOnlyMemory<byte> Id { get; init; }
    public AlarmStatus Status { get; set; }
    public ChangedAt ChangedAt { get; set; }

    /// <summary>Its status has changed since it was sent last, or it was never sent.</summary>
    public bool IsDue { get; set; }

    /// <summary>The period in which it was heard of last (see <see cref="Retention.Periods"/>).</summary>
    public long Heard { get; set; }

    public readonly bool IsActive => Status != AlarmStatus.Cleared;
}
