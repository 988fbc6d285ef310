using System.ComponentModel;

namespace Herald.Alarms.Inspection;

[Description("One alarm.")]
internal sealed record AlarmWire
{
    public required string AlarmId { get; set; }

    [Description("CLEARED, WARNING or CRITICAL.")]
    public required string Status { get; set; }

    [Description("Of the latest change, as it was written.")]
    public required string ChangedAt { get; set; }

    [Description("It would be in a digest that is asked for now.")]
    public required bool Due { get; set; }
}
