using Herald.Alarms.Users;

namespace Herald.Alarms.Processing;

/// <summary>A user that a batch is about. Reused from batch to batch.</summary>
internal sealed class TouchedUser
{
    public byte[] Name { get; set; } = [];
    public UserAlarms Alarms { get; } = new();

    /// <summary>Something is saved of the user.</summary>
    public bool WasThere { get; set; }

    /// <summary>The period in which the user was heard last as it is saved.</summary>
    public long HeardBefore { get; set; } = UserAlarms.Never;
}
