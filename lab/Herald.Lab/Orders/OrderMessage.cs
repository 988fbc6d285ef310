using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Herald.Lab.Orders;

/// <summary>One change of one order, in the form that the orders application reads and delivers.</summary>
/// <param name="Type">The order's new state.</param>
/// <param name="OccurredAt">In UTC, with a precision of 100 ns.</param>
/// <param name="SequenceNumber">0 for the first change of the order.</param>
public sealed record OrderMessage(Guid Id, Guid CustomerId, Guid OrderId, string Type, DateTime OccurredAt, long SequenceNumber)
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffff00Z";

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("customer_id"u8, CustomerId);
        json.WriteString("order_id"u8, OrderId);
        json.WriteString("type"u8, Type);
        json.WriteString("occurred_at"u8, OccurredAt.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteNumber("sequence_number"u8, SequenceNumber);
        json.WriteEndObject();
    }

    /// <summary>The exact bytes of the message, as a webhook carries them.</summary>
    public byte[] ToJson()
    {
        var bytes = new ArrayBufferWriter<byte>(320);
        using (var json = new Utf8JsonWriter(bytes))
            WriteTo(json);
        return bytes.WrittenSpan.ToArray();
    }

    /// <returns>Null when the payload is not a change of an order, because any request can come to a catcher.</returns>
    public static OrderMessage? TryParse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var body = json.RootElement;
            return body.ValueKind == JsonValueKind.Object
                && Find(body, "id"u8, out var id) && Find(body, "customer_id"u8, out var customer)
                    && Find(body, "order_id"u8, out var order)
                && body.TryGetProperty("type"u8, out var type) && type.ValueKind == JsonValueKind.String
                && body.TryGetProperty("occurred_at"u8, out var at) && at.ValueKind == JsonValueKind.String
                    && TryParseTime(at.GetString()!, out var occurredAt)
                && body.TryGetProperty("sequence_number"u8, out var number) && number.ValueKind == JsonValueKind.Number
                    && number.TryGetInt64(out var sequence)
                ? new(id, customer, order, type.GetString()!, occurredAt, sequence)
                : null;
        }
        // InvalidOperationException comes from an escape of half a surrogate pair.
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool Find(JsonElement body, ReadOnlySpan<byte> field, out Guid value)
    {
        value = default;
        return body.TryGetProperty(field, out var found) && found.ValueKind == JsonValueKind.String && found.TryGetGuid(out value);
    }

    /// <summary>.NET reads at most seven digits of a second. The two digits after them are below the resolution of its clock.</summary>
    private static bool TryParseTime(string text, out DateTime at)
    {
        const int Digits = 7;
        if (text.IndexOf('.', StringComparison.Ordinal) is > 0 and var point)
        {
            var end = point + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (end - point - 1 > Digits)
                text = string.Concat(text.AsSpan(0, point + 1 + Digits), text.AsSpan(end));
        }
        return DateTime.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out at);
    }
}
