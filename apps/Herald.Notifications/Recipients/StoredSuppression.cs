using System.Buffers;
using System.Text.Json;
using Herald.Hosting.Wire;
using Herald.Notifications.Doors;

namespace Herald.Notifications.Recipients;

/// <summary>A suppression in the state.</summary>
/// <param name="Place">Its place in the list of the shard.</param>
internal sealed record StoredSuppression(Suppression Suppression, long Place)
{
    public byte[] ToBytes()
    {
        var into = new ArrayBufferWriter<byte>(192);
        using (var json = new Utf8JsonWriter(into))
        {
            json.WriteStartObject();
            json.WriteString("recipient"u8, Suppression.Recipient);
            json.WriteString("reason"u8, SuppressionText.Of(Suppression.Reason));
            json.WriteString("by"u8, Suppression.By);
            json.WriteString("at"u8, TimeText.OfUnixMs(Suppression.SinceMs));
            json.WriteNumber("place"u8, Place);
            json.WriteEndObject();
        }
        return into.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">It is damaged; the message says why.</exception>
    public static StoredSuppression Read(ReadOnlyMemory<byte> value)
    {
        try
        {
            using var json = JsonDocument.Parse(value);
            var fields = json.RootElement;
            return new(Read(fields.GetProperty("recipient"u8).GetString()!, fields), fields.GetProperty("place"u8).GetInt64());
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"A suppression is damaged ({failure.Message}).", failure);
        }
    }

    /// <summary>Reads the fields that the events about suppressions have too.</summary>
    /// <exception cref="InvalidDataException">A field is missing or wrong; the message names it.</exception>
    public static Suppression Read(string recipient, JsonElement fields)
    {
        var reason = fields.TryGetProperty("reason"u8, out var given) ? given.GetString() ?? "" : SuppressionText.Of(SuppressionReason.OptedOut);
        return new(
            recipient,
            SuppressionText.Find(reason) ?? throw new InvalidDataException($"payload/reason = '{reason}': {SuppressionText.Rule}"),
            TimeText.TryParse(fields.GetProperty("at"u8).GetString() ?? "", out var at)
                ? at.ToUnixTimeMilliseconds()
                : throw new InvalidDataException($"payload/at = '{fields.GetProperty("at"u8)}': {TimeText.Rule}"),
            fields.GetProperty("by"u8).GetString() ?? "");
    }
}
