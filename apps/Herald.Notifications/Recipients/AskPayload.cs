using System.Buffers;
using System.Text;
using System.Text.Json;
using Herald.Hosting.Wire;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Recipients;

/// <summary>
/// An <see cref="Ask"/> with the message that is sent if the answer is yes: the payload of <c>ask</c> events, and what waits in the state.
/// </summary>
/// <param name="Message">A JSON object, which is the payload of the send. It has no recipient when a person is asked.</param>
internal sealed record AskPayload(Ask Ask, ReadOnlyMemory<byte> Message)
{
    /// <summary>The same message with a recipient; it must have none.</summary>
    public static byte[] WithTo(ReadOnlyMemory<byte> message, string to)
    {
        var into = new ArrayBufferWriter<byte>(message.Length + to.Length + 16);
        var json = new CanonicalJson(into);
        json.Write("{\"to\":"u8);
        json.WriteText(to);
        var rest = message.Span[1..];
        json.Write(rest is [(byte)'}'] ? ""u8 : ","u8);
        json.Write(rest);
        return into.WrittenSpan.ToArray();
    }

    public byte[] ToBytes()
    {
        var into = new ArrayBufferWriter<byte>(Message.Length + 256);
        using (var json = new Utf8JsonWriter(into))
        {
            json.WriteStartObject();
            json.WriteString("uuid"u8, Ask.Uuid);
            json.WriteString("for"u8, Ask.For.Text);
            json.WriteString("destination"u8, PostNames.CanonicalOf(Ask.Destination));
            if (Ask.IsHigh)
                json.WriteBoolean("isHigh"u8, true);
            if (Ask.Category is { } category)
                json.WriteString("category"u8, category);
            if (Ask.ExpiresMs is { } expires)
                json.WriteString("expires"u8, TimeText.OfUnixMs(expires));
            json.WriteNumber("hop"u8, Ask.IsSentOn ? 2 : 1);
            if (Ask.HasTurn)
                json.WriteBoolean("hasTurn"u8, true);
            if (Ask.Quiet is { } quiet)
            {
                json.WriteStartObject("quiet"u8);
                json.WriteString("from"u8, quiet.FormatFrom());
                json.WriteString("to"u8, quiet.FormatTo());
                json.WriteString("zone"u8, quiet.Zone);
                json.WriteEndObject();
            }
            json.WritePropertyName("message"u8);
            json.WriteRawValue(Message.Span, skipInputValidation: true);
            json.WriteEndObject();
        }
        return into.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">It is no ask; the message says why.</exception>
    public static AskPayload Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return Read(json.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"payload: It is no question about a recipient ({failure.Message}).", failure);
        }
    }

    private static AskPayload Read(JsonElement fields)
    {
        var (key, problem) = RecipientKey.Parse(fields.GetProperty("for"u8).GetString() ?? "");
        if (key is null)
            throw new InvalidDataException($"payload/for = '{problem!.Value}': {problem.Rule}");
        var ask = new Ask
        {
            Uuid = fields.GetProperty("uuid"u8).GetGuid(),
            For = key,
            Destination = PostNames.DestinationOf(fields.GetProperty("destination"u8).GetString() ?? "")
                ?? throw new InvalidDataException("payload/destination: It is no destination."),
            IsHigh = fields.TryGetProperty("isHigh"u8, out var high) && high.GetBoolean(),
            Category = fields.TryGetProperty("category"u8, out var category) ? category.GetString() : null,
            ExpiresMs = fields.TryGetProperty("expires"u8, out var expires) ? Time(expires) : null,
            IsSentOn = fields.GetProperty("hop"u8).GetInt32() == 2,
            HasTurn = fields.TryGetProperty("hasTurn"u8, out var turn) && turn.GetBoolean(),
            Quiet = fields.TryGetProperty("quiet"u8, out var quiet) ? Quiet(quiet) : null,
        };
        var message = fields.GetProperty("message"u8);
        return message.ValueKind == JsonValueKind.Object
            ? new(ask, Encoding.UTF8.GetBytes(message.GetRawText()))
            : throw new InvalidDataException("payload/message: It is no message.");
    }

    private static QuietHours Quiet(JsonElement quiet) => new(
        TimeOnly.ParseExact(quiet.GetProperty("from"u8).GetString() ?? "", QuietHours.TimeForm, null),
        TimeOnly.ParseExact(quiet.GetProperty("to"u8).GetString() ?? "", QuietHours.TimeForm, null),
        quiet.GetProperty("zone"u8).GetString() ?? "");

    private static long Time(JsonElement time) => TimeText.TryParse(time.GetString() ?? "", out var at)
        ? at.ToUnixTimeMilliseconds()
        : throw new InvalidDataException($"payload: '{time}' is no time.");
}
