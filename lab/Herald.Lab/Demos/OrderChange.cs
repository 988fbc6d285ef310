using System.Buffers;
using System.Text.Json;

namespace Herald.Lab.Demos;

/// <summary>
/// One change of one order, as it is published and as receivers read it back. The payload contains everything that the verdict needs, so
/// the receivers do not rely on Herald's headers.
/// </summary>
/// <param name="Order">The key.</param>
/// <param name="Number">1, 2, 3 … within the order.</param>
/// <param name="At">The time of publication, on the clock of the run.</param>
internal readonly record struct OrderChange(string Order, long Number, TimeSpan At)
{
    private static readonly string[] States = ["placed", "paid", "packed", "shipped", "delivered", "returned", "refunded", "closed"];

    public string State => States[(Number - 1) % States.Length];

    /// <summary>Writes the envelope, as one line.</summary>
    public void WriteTo(Utf8JsonWriter json, IBufferWriter<byte> line)
    {
        json.Reset(line);
        json.WriteStartObject();
        json.WriteString("id"u8, $"{Order}-{Number}");
        json.WriteString("key"u8, Order);
        json.WriteString("type"u8, State);
        json.WriteStartObject("payload"u8);
        json.WriteString("order"u8, Order);
        json.WriteNumber("number"u8, Number);
        json.WriteString("state"u8, State);
        json.WriteNumber("at"u8, At.Ticks);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
    }

    public static OrderChange Parse(ReadOnlySpan<byte> payload)
    {
        string? order = null;
        long number = 0, at = 0;
        var json = new Utf8JsonReader(payload);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
                continue;
            if (json.ValueTextEquals("order"u8) && json.Read())
                order = json.GetString();
            else if (json.ValueTextEquals("number"u8) && json.Read())
                number = json.GetInt64();
            else if (json.ValueTextEquals("at"u8) && json.Read())
                at = json.GetInt64();
        }
        return order is not null && number > 0
            ? new(order, number, new TimeSpan(at))
            : throw new FormatException("The payload is not a change of an order.");
    }
}
