namespace Herald.Alarms.Tests.Processing;

/// <summary>A message as it is in the log.</summary>
/// <param name="Key">Null for an event without a key.</param>
internal sealed record Sent(string Type, string? Key, string Json, DateTimeOffset AcceptedAt)
{
    public static Sent Change(string user, string alarm, string status, string changedAt, DateTimeOffset acceptedAt) => new(
        AlarmEvents.StatusChanged, user, $$"""{"AlarmID":"{{alarm}}","UserID":"{{user}}","Status":"{{status}}","ChangedAt":"{{changedAt}}"}""", acceptedAt);

    public static Sent Request(string user, DateTimeOffset acceptedAt) => new(AlarmEvents.SendDigest, user, $$"""{"UserID":"{{user}}"}""", acceptedAt);
}
