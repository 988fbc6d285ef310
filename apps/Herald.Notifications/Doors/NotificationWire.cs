using System.ComponentModel;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Doors;

[Description("One notification, with what has become of it.")]
internal sealed record NotificationWire
{
    public required string Uuid { get; set; }

    [Description("NOT_PROCESSED, PROCESSED, FAILED or EXPIRED.")]
    public required string Status { get; set; }

    [Description("EMAIL, SMS, SLACK or PUSH.")]
    public required string Destination { get; set; }

    [Description("The recipient. Absent when the destination's own recipient gets it.")]
    public string? To { get; set; }
    public required string AcceptedAt { get; set; }
    public string? NotBefore { get; set; }
    public string? Expires { get; set; }

    [Description("What it waits for, such as quiet-hours, rate or not-before.")]
    public string? Waits { get; set; }

    public required int Attempts { get; set; }
    public string? FirstAttemptAt { get; set; }

    [Description("When another program got it, for an external destination.")]
    public string? HandedOverAt { get; set; }

    [Description("When its status was decided.")]
    public string? SettledAt { get; set; }

    [Description("Why it failed, in one word.")]
    public string? Reason { get; set; }

    [Description("The last words of the provider.")]
    public string? LastWords { get; set; }

    [Description("How many posts came with the same uuid and other content.")]
    public required int Conflicts { get; set; }

    public static NotificationWire Of(Row row) => new()
    {
        Uuid = $"{row.Uuid:D}",
        Status = StatusText.Of(row.Status),
        Destination = PostNames.Of(row.Destination),
        To = row.Recipient,
        AcceptedAt = TimeText.OfUnixMs(row.AcceptedAtMs),
        NotBefore = TextOf(row.NotBeforeMs),
        Expires = TextOf(row.ExpiresMs),
        Waits = row.Waits,
        Attempts = row.Attempts,
        FirstAttemptAt = TextOf(row.FirstAttemptAtMs),
        HandedOverAt = TextOf(row.HandedOverAtMs),
        SettledAt = TextOf(row.SettledAtMs),
        Reason = row.Reason,
        LastWords = row.LastWords,
        Conflicts = row.Conflicts,
    };

    private static string? TextOf(long? ms) => ms is { } known ? TimeText.OfUnixMs(known) : null;
}

[Description("How many notifications there are.")]
internal sealed record CountsWire
{
    [Description("By destination, and in it by status.")]
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Counts { get; set; }

    public static CountsWire Of(IReadOnlyDictionary<(Destination Destination, NotificationStatus Status), long> counts) => new()
    {
        Counts = counts.GroupBy(one => one.Key.Destination).ToDictionary(
            of => PostNames.Of(of.Key),
            IReadOnlyDictionary<string, long> (of) => of.ToDictionary(one => StatusText.Of(one.Key.Status), one => one.Value)),
    };
}

[Description("What another program says about an external notification.")]
internal sealed record ResultBody
{
    [Description("PROCESSED or FAILED.")]
    public required string Status { get; set; }

    [Description("The last words of the provider.")]
    public string? Detail { get; set; }
}
