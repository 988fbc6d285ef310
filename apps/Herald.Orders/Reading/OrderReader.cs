using System.Text.Json;
using Herald.Engine;
using Herald.Engine.Publishing;
using Herald.Engine.Sources;

namespace Herald.Orders.Reading;

/// <summary>
/// A message that tells of an order's change as an event: <c>{"id", "customer_id", "order_id", "type", "occurred_at", "sequence_number"}</c>,
/// delivered byte for byte as it is. The order is the key, the customer the attribute that routes. The headers <c>id</c> and
/// <c>customer_id</c> and the message's key may be left out; where they are given they must say what the JSON says.
/// </summary>
/// <remarks>Other fields may be there: they are the receiver's. A message that is as it should be costs no allocation.</remarks>
public sealed class OrderReader : IMessageReader
{
    private const int LongestType = 255;

    private readonly AttributeBuffer _attributes = new();
    private readonly byte[] _id = new byte[Uuid.TextLength], _customer = new byte[Uuid.TextLength], _order = new byte[Uuid.TextLength];
    private readonly byte[] _text = new byte[LongestType * 6];

    [Flags]
    private enum Fields
    {
        None = 0,
        Id = 1,
        CustomerId = 2,
        OrderId = 4,
        Type = 8,
        OccurredAt = 16,
        SequenceNumber = 32,
        All = 63,
    }

    public string? Read(in SourceMessage message, out EventDraft draft)
    {
        draft = default;
        if (message.IsTombstone)
            return "value = null: A message tells of a change; one without a value (a tombstone) tells of none.";
        var change = default(Change);
        string? refusal;
        try
        {
            refusal = ReadJson(message.Value, ref change);
        }
        catch (JsonException notJson)
        {
            return $"value = '{Shown(message.Value)}': It is not JSON from line {notJson.LineNumber + 1}, byte {notJson.BytePositionInLine + 1} on.";
        }
        catch (InvalidOperationException)
        {
            // A name with half of a surrogate pair, or with bytes that are no UTF-8, cannot be compared with any.
            return $"value = '{Shown(message.Value)}': A name in it is no text.";
        }
        refusal ??= CheckHeader(message, "id", change.Id) ?? CheckHeader(message, "customer_id", change.CustomerId) ?? CheckKey(message, change.OrderId);
        if (refusal is not null)
            return refusal;
        _attributes.Clear();
        _ = _attributes.Add(OrderEvents.CustomerAttributeUtf8, Uuid.Write(change.CustomerId, _customer));
        draft = new EventDraft
        {
            Id = Uuid.Write(change.Id, _id),
            HasId = true,
            Key = Uuid.Write(change.OrderId, _order),
            HasKey = true,
            Type = _text.AsSpan(0, change.TypeLength),
            ContentType = "application/json"u8,
            Payload = message.Value,
            TimeMs = change.OccurredAtMs,
            Attributes = _attributes,
            Trace = TraceOf(message),
        };
        return null;
    }

    private string? ReadJson(ReadOnlySpan<byte> value, ref Change change)
    {
        var json = new Utf8JsonReader(value);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
            return Refuse("value", value, "A message is one JSON object.");
        var seen = Fields.None;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var field = FieldOf(json);
            if ((seen & field) != 0)
                return $"{NameOf(field)} is given twice: A field is given once.";
            seen |= field;
            json.Read();
            if (field == Fields.None)
                json.Skip();
            else if (ReadField(field, ref json, ref change) is { } refusal)
                return refusal;
        }
        // Past the object there is nothing: else the reader refuses it here.
        json.Read();
        return seen == Fields.All ? null : $"{NameOf(FirstOf(Fields.All & ~seen))} is missing: A message has id, customer_id, order_id, type, occurred_at and sequence_number.";
    }

    private string? ReadField(Fields field, ref Utf8JsonReader json, ref Change change)
    {
        switch (field)
        {
            case Fields.Id:
                return ReadUuid(field, ref json, out change.Id);
            case Fields.CustomerId:
                return ReadUuid(field, ref json, out change.CustomerId);
            case Fields.OrderId:
                return ReadUuid(field, ref json, out change.OrderId);
            case Fields.Type:
                if (!TryReadText(ref json, _text, out change.TypeLength) || change.TypeLength is 0 or > LongestType || HasControl(_text.AsSpan(0, change.TypeLength)))
                    return Refuse(field, json, $"The name of a state has 1 to {LongestType} bytes of UTF-8 without control characters.");
                return null;
            case Fields.OccurredAt:
                Span<byte> time = stackalloc byte[64];
                if (!TryReadText(ref json, time, out var length) || !OccurredAt.TryParse(time[..length], out change.OccurredAtMs))
                    return Refuse(field, json, OccurredAt.Rule);
                return null;
            default:
                if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out var number) || number < 0)
                    return Refuse(field, json, $"A whole number from 0 to {long.MaxValue}.");
                return null;
        }
    }

    private static string? ReadUuid(Fields field, ref Utf8JsonReader json, out Guid uuid)
    {
        Span<byte> text = stackalloc byte[64];
        uuid = default;
        return TryReadText(ref json, text, out var length) && Uuid.TryParse(text[..length], out uuid) ? null : Refuse(field, json, Uuid.Rule);
    }

    /// <summary>Without its escapes. False when it is no text, or longer than it could rightly be.</summary>
    private static bool TryReadText(ref Utf8JsonReader json, scoped Span<byte> into, out int length)
    {
        length = 0;
        if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > into.Length)
            return false;
        try
        {
            length = json.CopyString(into);
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
            return false;
        }
    }

    private static string? CheckHeader(in SourceMessage message, string name, Guid said)
    {
        if (message.Find(name) is not { } header)
            return null;
        var value = header.Value.Span;
        if (!Uuid.TryRead(value, out var given))
            return Refuse($"header {name}", value, Uuid.RawRule);
        return given == said ? null : $"header {name} = '{given}': It must be the {name} of the message, which is '{said}'.";
    }

    private static string? CheckKey(in SourceMessage message, Guid order)
    {
        if (message.Key.IsEmpty)
            return null;
        if (!Uuid.TryRead(message.Key, out var given))
            return Refuse("key", message.Key, $"The key of a message is its order_id. {Uuid.RawRule}");
        return given == order ? null : $"key = '{given}': It must be the order_id of the message, which is '{order}'.";
    }

    // A trace that is not as it should be is no reason to lose a change.
    private static ReadOnlySpan<byte> TraceOf(in SourceMessage message)
    {
        const int Length = 55;
        return message.Find("traceparent") is { Value.Span: { Length: Length } trace } && !trace.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) ? trace : default;
    }

    private static Fields FieldOf(in Utf8JsonReader json)
    {
        if (json.ValueTextEquals("id"u8))
            return Fields.Id;
        if (json.ValueTextEquals("customer_id"u8))
            return Fields.CustomerId;
        if (json.ValueTextEquals("order_id"u8))
            return Fields.OrderId;
        if (json.ValueTextEquals("type"u8))
            return Fields.Type;
        if (json.ValueTextEquals("occurred_at"u8))
            return Fields.OccurredAt;
        return json.ValueTextEquals("sequence_number"u8) ? Fields.SequenceNumber : Fields.None;
    }

    private static Fields FirstOf(Fields fields) => fields & (Fields)(-(int)fields);

    private static string NameOf(Fields field) => field switch
    {
        Fields.Id => "id",
        Fields.CustomerId => "customer_id",
        Fields.OrderId => "order_id",
        Fields.Type => "type",
        Fields.OccurredAt => "occurred_at",
        _ => "sequence_number",
    };

    private static string Refuse(Fields field, in Utf8JsonReader json, string rule) => Refuse(
        NameOf(field), json.TokenType switch { JsonTokenType.StartObject => "{…}"u8, JsonTokenType.StartArray => "[…]"u8, _ => json.ValueSpan }, rule);

    private static string Refuse(string name, ReadOnlySpan<byte> value, string rule) => $"{name} = '{Shown(value)}': {rule}";

    /// <summary>Cut short; what is no text in hexadecimal.</summary>
    private static string Shown(ReadOnlySpan<byte> value) =>
        System.Text.Unicode.Utf8.IsValid(value) && !HasControl(value) ? FieldProblem.Of("", value, "").Value : $"0x{Convert.ToHexStringLower(value[..Math.Min(value.Length, 40)])}";

    private static bool HasControl(ReadOnlySpan<byte> text) => text.ContainsAnyInRange((byte)0, (byte)0x1F) || text.Contains((byte)0x7F);

    private struct Change
    {
        public Guid Id, CustomerId, OrderId;
        public long OccurredAtMs;
        public int TypeLength;
    }
}
