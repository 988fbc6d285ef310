using System.ComponentModel;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Stores;
using Herald.Hosting.Wire;
using Herald.Server.Events;

namespace Herald.Server.DeadLetters;

[Description(
    "A delivery that ended without success, a message that a source could not understand, or an event of an "
        + "application that is in no log.")]
internal sealed record DeadLetterWire
{
    public required string Id { get; set; }

    [Description("Absent for a message that a source could not understand, and for an event of an application.")]
    public string? Subscription { get; set; }
    public required string Topic { get; set; }

    [Description("A short stable code: attempts-exhausted, max-age, rejected, not-understood, damaged …")]
    public required string Reason { get; set; }
    public required string Detail { get; set; }
    public required int Attempts { get; set; }
    public int? StatusCode { get; set; }
    public string? FirstAttemptAt { get; set; }
    public required string DiedAt { get; set; }

    [Description(
        "The event as it was published. For a message that a source could not understand: its value, with its origin in the attributes. "
            + "Absent when the stored event is damaged; then it cannot be redriven.")]
    public EventWire? Event { get; set; }

    public static DeadLetterWire Of(DeadLetter letter)
    {
        return new()
        {
            Id = DeadLetterActions.Format(letter.Id),
            Subscription = letter.SubscriptionId.Length > 0 ? letter.SubscriptionId : null,
            Topic = letter.Topic,
            Reason = letter.Reason.Reason,
            Detail = letter.Reason.Detail,
            Attempts = letter.Reason.Attempts,
            StatusCode = letter.Reason.StatusCode,
            FirstAttemptAt = letter.Reason.FirstAttemptAtMs > 0 ? TimeText.OfUnixMs(letter.Reason.FirstAttemptAtMs) : null,
            DiedAt = TimeText.OfUnixMs(letter.Reason.DiedAtMs),
            Event = letter.HasRecord
                ? EventWire.Of(letter.Id.Shard.Value, letter.Id.IsInLog ? letter.Id.Sequence : 0, new EventView(letter.Record))
                : null,
        };
    }
}

[Description("The dead letters to process: exactly one of ids, subscription and all.")]
internal sealed record DeadLetterSelectionBody
{
    [Description("At most 10,000 ids.")]
    public IReadOnlyList<string>? Ids { get; set; }

    [Description("All dead letters of this subscription.")]
    public string? Subscription { get; set; }

    [Description("true: all dead letters.")]
    public bool? All { get; set; }
}

internal sealed record CountWire
{
    [Description("The number of dead letters that still existed.")]
    public required int Count { get; set; }
}
