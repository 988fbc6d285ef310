using System.ComponentModel;

namespace Herald.Server.Health;

[Description("Whether the server lives, and serves.")]
internal sealed record HealthWire
{
    [Description("ok; anything else is a problem.")]
    public required string Status { get; set; }

    [Description("What keeps this node from some of its work, for example a lock that somebody keeps in the database, and in which process; left out when there is nothing.")]
    public IReadOnlyList<string>? Troubles { get; set; }
}
