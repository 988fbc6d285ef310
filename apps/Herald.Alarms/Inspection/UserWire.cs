using System.ComponentModel;
using System.Text;
using Herald.Alarms.Messages;
using Herald.Alarms.Users;

namespace Herald.Alarms.Inspection;

[Description("What is known of a user's alarms, as it was saved last.")]
internal sealed record UserWire
{
    public required string UserId { get; set; }

    [Description("By the ids' bytes; cleared ones too, as long as they are remembered.")]
    public required IReadOnlyList<AlarmWire> Alarms { get; set; }

    public static UserWire Of(string user, UserAlarms known)
    {
        var alarms = new List<AlarmWire>(known.Count);
        foreach (ref readonly var alarm in known.Alarms)
        {
            alarms.Add(new AlarmWire
            {
                AlarmId = Encoding.UTF8.GetString(alarm.Id.Span),
                Status = Encoding.UTF8.GetString(AlarmStatusText.Utf8Of(alarm.Status)),
                ChangedAt = alarm.ChangedAt.ToString(),
                Due = alarm.IsDue && alarm.IsActive,
            });
        }
        return new UserWire { UserId = user, Alarms = alarms };
    }
}
