using System.ComponentModel;

namespace Herald.Alarms.Inspection;

[Description("One alarm.")]
internal sealed record AlarmWire
{
    public required string AlarmId { get; set; }

    [Description("CLEARED, WARNING or CRITICAL.")]
    public required string Status { get; set; }

    [Description("The time of the latest change, as it was written.")]
    public required string ChangedAt { get; set; }

    [Description("true: a digest that is requested now would contain the alarm.")]
    public required bool Due { get; set; }
}
