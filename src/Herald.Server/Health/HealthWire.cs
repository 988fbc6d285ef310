using System.ComponentModel;

namespace Herald.Server.Health;

[Description("Whether the server works and accepts requests.")]
internal sealed record HealthWire
{
    [Description("Always ok. A server that is not healthy answers with a problem.")]
    public required string Status { get; set; }

    [Description(
        "What prevents this node from some of its work, for example a lock in the database, with the process that holds it, or "
            + "what of it is damaged. Absent when there is nothing.")]
    public IReadOnlyList<string>? Troubles { get; set; }
}
