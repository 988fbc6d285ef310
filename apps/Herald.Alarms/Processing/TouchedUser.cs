using Herald.Alarms.Users;

namespace Herald.Alarms.Processing;

/// <summary>A user that a batch concerns. Reused from batch to batch.</summary>
internal sealed class TouchedUser
{
    public byte[] Name { get; set; } = [];
    public UserAlarms Alarms { get; } = new();

    /// <summary>The user has a saved record.</summary>
    public bool WasThere { get; set; }

    /// <summary>The period in which the user was last heard, as it is saved.</summary>
    public long HeardBefore { get; set; } = UserAlarms.Never;
}
