using System.Text.Json;
using Herald.Engine.Inspection;
using Herald.Engine.Stores;
using Herald.Hosting.Wire;

namespace Herald.Notifications.Processing;

/// <summary>Reads the report of a settled delivery (docs/api.md has its fields).</summary>
/// <param name="IsRecipientGone">The channel has learned that this address will never take anything.</param>
internal sealed record Report(Fact.Reported Fact, bool IsRecipientGone)
{
    /// <param name="type">The type of the event, which is the kind of the report.</param>
    /// <exception cref="InvalidDataException">It is no report of a send; the message says why.</exception>
    public static Report Read(string? type, ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var fields = json.RootElement;
            if (Text(fields, "topic"u8) != NotificationEvents.SendsTopic)
                throw new InvalidDataException($"payload/topic: A report about {NotificationEvents.SendsTopic} is expected.");
            var words = Text(fields, "answer"u8) is { Length: > 0 } answer ? answer : Text(fields, "detail"u8);
            var fact = new Fact.Reported(KindOf(type), Time(fields, "settledAt"u8) ?? throw new InvalidDataException("payload/settledAt: It is missing."))
            {
                Reason = Text(fields, "reason"u8),
                LastWords = words,
                Attempts = fields.GetProperty("attempts"u8).GetInt32(),
                FirstAttemptAtMs = Time(fields, "firstAttemptAt"u8),
                DeadLetter = DeadLetterActions.TryParse(Text(fields, "deadLetter"u8) ?? "", out var letter) ? letter : (DeadLetterId?)null,
            };
            return new(fact, fields.TryGetProperty("recipientGone"u8, out var gone) && gone.GetBoolean());
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"payload: It is no report of a delivery ({failure.Message}).", failure);
        }
    }

    private static ReportedKind KindOf(string? type) => type switch
    {
        "delivered" => ReportedKind.Delivered,
        "recovered" => ReportedKind.Recovered,
        "exhausted" => ReportedKind.Exhausted,
        "expired" => ReportedKind.Expired,
        "discarded" => ReportedKind.Discarded,
        "forwarded" => ReportedKind.Forwarded,
        _ => throw new InvalidDataException($"type = '{type}': Expected a kind of report, a verdict, a result or a post."),
    };

    private static string? Text(JsonElement fields, ReadOnlySpan<byte> name) =>
        fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Time(JsonElement fields, ReadOnlySpan<byte> name) =>
        Text(fields, name) is { } text && TimeText.TryParse(text, out var time) ? time.ToUnixTimeMilliseconds() : null;
}
