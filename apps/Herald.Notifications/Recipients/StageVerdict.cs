using System.Buffers;
using System.Text.Json;
using Herald.Hosting.Wire;
using Herald.Notifications.Processing;

namespace Herald.Notifications.Recipients;

/// <summary>What the rules of a recipient said about a notification: the payload of <c>verdict</c> events.</summary>
/// <param name="Reason">Why it waits or is dropped; null when it was sent.</param>
/// <param name="UntilMs">How long it waits. Times are Unix milliseconds.</param>
internal sealed record StageVerdict(Guid Uuid, JudgedKind Kind, string? Reason, long? UntilMs, long AtMs)
{
    public byte[] ToBytes()
    {
        var into = new ArrayBufferWriter<byte>(192);
        using (var json = new Utf8JsonWriter(into))
        {
            json.WriteStartObject();
            json.WriteString("uuid"u8, Uuid);
            json.WriteString("kind"u8, NameOf(Kind));
            if (Reason is not null)
                json.WriteString("reason"u8, Reason);
            if (UntilMs is { } until)
                json.WriteString("until"u8, TimeText.OfUnixMs(until));
            json.WriteString("at"u8, TimeText.OfUnixMs(AtMs));
            json.WriteEndObject();
        }
        return into.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">It is no verdict; the message says why.</exception>
    public static StageVerdict Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var fields = json.RootElement;
            return new(
                fields.GetProperty("uuid"u8).GetGuid(), KindOf(fields.GetProperty("kind"u8).GetString()),
                fields.TryGetProperty("reason"u8, out var reason) ? reason.GetString() : null,
                fields.TryGetProperty("until"u8, out var until) ? Time(until) : null, Time(fields.GetProperty("at"u8)));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"payload: It is no answer of a recipient's rules ({failure.Message}).", failure);
        }
    }

    private static string NameOf(JudgedKind kind) => kind switch
    {
        JudgedKind.Sent => "sent",
        JudgedKind.Waits => "waits",
        JudgedKind.Dropped => "dropped",
    };

    private static JudgedKind KindOf(string? name) => name switch
    {
        "sent" => JudgedKind.Sent,
        "waits" => JudgedKind.Waits,
        "dropped" => JudgedKind.Dropped,
        _ => throw new InvalidDataException($"payload/kind = '{name}': Expected sent, waits or dropped."),
    };

    private static long Time(JsonElement time) => TimeText.TryParse(time.GetString() ?? "", out var at)
        ? at.ToUnixTimeMilliseconds()
        : throw new InvalidDataException($"payload: '{time}' is no time.");
}
