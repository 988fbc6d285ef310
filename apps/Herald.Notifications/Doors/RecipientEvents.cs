using System.Buffers;
using System.Text;
using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Hosting.Problems;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Doors;

/// <summary>Makes what callers say about recipients durable: events of the topic of recipients, with the recipient as key.</summary>
/// <remarks>Events of a key keep their order, so what was said before a post is in force for it.</remarks>
internal sealed class RecipientEvents(HeraldEngine engine, TimeProvider time)
{
    /// <param name="record">Null removes the record.</param>
    /// <returns>Null, or why it is not durable.</returns>
    public ValueTask<Problem?> RecordAsync(RecipientKey recipient, RecipientRecord? record, CancellationToken cancel)
    {
        var payload = new ArrayBufferWriter<byte>(256);
        (record ?? new()).Write(payload);
        return AppendAsync(NotificationEvents.Record, recipient, payload.WrittenMemory, cancel);
    }

    public ValueTask<Problem?> SuppressAsync(RecipientKey recipient, Suppression why, CancellationToken cancel) =>
        AppendAsync(NotificationEvents.Suppress, recipient, SuppressPayload.Of(why.Reason, why.By, why.SinceMs), cancel);

    /// <param name="by">The caller.</param>
    public ValueTask<Problem?> AllowAsync(RecipientKey recipient, string by, CancellationToken cancel) =>
        AppendAsync(NotificationEvents.Allow, recipient, SuppressPayload.Of(null, by, time.GetUtcNow().ToUnixTimeMilliseconds()), cancel);

    private async ValueTask<Problem?> AppendAsync(string type, RecipientKey recipient, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        var topic = await engine.Catalog.FindTopicAsync(NotificationEvents.RecipientsTopic, cancel)
            ?? throw new StoreUnavailableException($"The topic {NotificationEvents.RecipientsTopic} was deleted. It is created at the next start.");
        using var batch = engine.Intake.Rent(topic);
        var draft = new EventDraft
        {
            Key = Encoding.UTF8.GetBytes(recipient.Text),
            HasKey = true,
            Type = Encoding.UTF8.GetBytes(type),
            Payload = payload.Span,
        };
        if (batch.Add(draft) is { } broken)
            throw new InvalidOperationException($"What was checked is no event: {broken}");
        await engine.Intake.PublishAsync(batch, CancellationToken.None);
        return batch.Results[0].Verdict == Verdict.NoRoom
            ? new(ProblemKind.NoRoom, "The store is full, and nothing can be freed yet. Send the request again later.") { RetryAfter = 5 }
            : null;
    }
}
