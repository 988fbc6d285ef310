using System.ComponentModel;
using System.Text;
using Herald.Alarms.Messages;
using Herald.Alarms.Users;

namespace Herald.Alarms.Inspection;

[Description("The saved alarms of a user.")]
internal sealed record UserWire
{
    public required string UserId { get; set; }

    [Description("The alarms, ordered by the bytes of their ids. Cleared alarms are included as long as they are remembered.")]
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
