using System.ComponentModel;

namespace Herald.Server.Health;

[Description("Whether the server lives, and serves.")]
internal sealed record HealthWire
{
    [Description("ok; anything else is a problem.")]
    public required string Status { get; set; }
}
