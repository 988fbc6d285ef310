using System.Text.Json;
using Herald.Engine.Events;
using Herald.Messages;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Recipients;

/// <summary>What an event of the recipients' topic says.</summary>
internal abstract record RecipientInput(RecipientKey Recipient)
{
    public sealed record Asked(RecipientKey Recipient, AskPayload Ask) : RecipientInput(Recipient);

    /// <param name="Value">The record as it is stored; null when it is removed.</param>
    public sealed record Recorded(RecipientKey Recipient, ReadOnlyMemory<byte>? Value) : RecipientInput(Recipient);

    /// <param name="Of">Of a person, the destination whose address takes nothing any more; null for the recipient itself.</param>
    public sealed record Suppressed(RecipientKey Recipient, Suppression Why, Destination? Of) : RecipientInput(Recipient);

    public sealed record Allowed(RecipientKey Recipient) : RecipientInput(Recipient);

    /// <exception cref="InvalidDataException">The event breaks a rule; the message says which.</exception>
    public static RecipientInput Read(in EventView view)
    {
        var (key, problem) = RecipientKey.Parse(view.KeyText ?? "");
        if (key is null)
            throw new InvalidDataException($"key = '{problem!.Value}': {problem.Rule}");
        try
        {
            return Read(view, key);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException($"payload: It is no '{view.TypeText}' of a recipient ({failure.Message}).", failure);
        }
    }

    private static RecipientInput Read(in EventView view, RecipientKey key)
    {
        switch (view.TypeText)
        {
            case NotificationEvents.Ask:
                // A caller could otherwise send without a status.
                if ((view.Flags & EventFlags.Emitted) == 0 || view.Hops > 0)
                    throw new InvalidDataException("type = 'ask': Only Herald itself makes such events. Post a notification instead.");
                var ask = AskPayload.Read(view.Payload);
                return ask.Ask.For.Text == key.Text
                    ? new Asked(key, ask)
                    : throw new InvalidDataException($"payload/for = '{ask.Ask.For}': The recipient is the key of the event, which is {key}.");
            case NotificationEvents.Record:
                var (record, problems) = RecipientRecordReader.Read(view.Payload, key, RecipientRecordReader.NoChecks);
                if (record is null)
                    throw new InvalidDataException($"payload: It is no record of a recipient ({problems.Shown[0].Rule}).");
                return new Recorded(key, record == new RecipientRecord() ? (ReadOnlyMemory<byte>?)null : view.Payload.ToArray());
            case NotificationEvents.Suppress:
                using (var json = JsonDocument.Parse(view.Payload))
                {
                    var fields = json.RootElement;
                    Destination? of = fields.TryGetProperty("destination"u8, out var named)
                        ? PostNames.DestinationOf(named.GetString() ?? "") ?? throw new InvalidDataException("payload/destination: It is no destination.")
                        : null;
                    return new Suppressed(key, StoredSuppression.Read(key.Text, fields), of);
                }
            case NotificationEvents.Allow:
                return new Allowed(key);
            default:
                throw new InvalidDataException($"type = '{view.TypeText}': Expected ask, record, suppress or allow.");
        }
    }
}
