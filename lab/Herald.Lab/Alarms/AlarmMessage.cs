using System.Text;
using Herald.Alarms;

namespace Herald.Lab.Alarms;

/// <summary>A message to the alarms application.</summary>
/// <param name="Id">The id by which a repeat is recognised.</param>
public readonly record struct AlarmMessage(string Subject, string Id, byte[] Payload)
{
    public const string StatusChanged = AlarmEvents.StatusChanged, SendDigest = AlarmEvents.SendDigest, Digest = AlarmEvents.Digest;

    public bool IsRequest => Subject.StartsWith(SendDigest, StringComparison.Ordinal);

    public static AlarmMessage Change(string id, string user, string alarm, string status, string changedAt) => new(
        StatusChanged, id,
        Encoding.UTF8.GetBytes($$"""{"AlarmID":"{{alarm}}","UserID":"{{user}}","Status":"{{status}}","ChangedAt":"{{changedAt}}"}"""));

    public static AlarmMessage Request(string id, string user) =>
        new(SendDigest, id, Encoding.UTF8.GetBytes($$"""{"UserID":"{{user}}"}"""));
}
