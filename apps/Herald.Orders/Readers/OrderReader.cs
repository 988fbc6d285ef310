using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Sources;

namespace Herald.Orders.Readers;

/// <summary>
/// Reads a message about an order's change as an event: <c>{"id", "customer_id", "order_id", "type", "occurred_at", "sequence_number"}</c>,
/// delivered byte for byte. The order is the key; the customer is the attribute that routes.
/// </summary>
/// <remarks>
/// The headers <c>id</c> and <c>customer_id</c> and the message's key are optional. If present, they must agree with the JSON. Other fields
/// are allowed; they are for the receiver. A correct message causes no allocation.
/// </remarks>
public sealed class OrderReader : IMessageReader
{
    private const int LongestType = 255;
    private const uint All = (1u << ((int)Field.SequenceNumber + 1)) - 1;

    private readonly JsonFields _fields = new(anyCase: false, "id", "customer_id", "order_id", "type", "occurred_at", "sequence_number");
    private readonly AttributeBuffer _attributes = new();
    private readonly byte[] _id = new byte[Uuid.TextLength], _customer = new byte[Uuid.TextLength], _order = new byte[Uuid.TextLength];
    private readonly byte[] _text = new byte[LongestType * 6];
    private Change _change;

    private enum Field
    {
        Id,
        CustomerId,
        OrderId,
        Type,
        OccurredAt,
        SequenceNumber,
    }

    public string? Read(in SourceMessage message, out EventDraft draft)
    {
        draft = default;
        if (message.IsTombstone)
            return "value = null: A message must contain a change of an order. A message without a value (a tombstone) contains none.";
        _change = default;
        var refusal = _fields.Read(
            message.Value, All, "A message needs id, customer_id, order_id, type, occurred_at and sequence_number.", this,
            static (reader, field, ref value) => reader.ReadField((Field)field, ref value));
        ref readonly var change = ref _change;
        refusal ??= CheckHeader(message, "id", change.Id) ?? CheckHeader(message, "customer_id", change.CustomerId)
            ?? CheckKey(message, change.OrderId);
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
            Trace = message.Trace,
        };
        return null;
    }

    private string? ReadField(Field field, ref Utf8JsonReader value)
    {
        var rule = field switch
        {
            Field.Id => ReadUuid(ref value, out _change.Id),
            Field.CustomerId => ReadUuid(ref value, out _change.CustomerId),
            Field.OrderId => ReadUuid(ref value, out _change.OrderId),
            Field.Type => JsonFields.TryReadText(ref value, _text, out _change.TypeLength) && _change.TypeLength is > 0 and <= LongestType
                && !ControlCharacters.AreIn(_text.AsSpan(0, _change.TypeLength))
                ? null : $"The name of a state has 1 to {LongestType} bytes of UTF-8 without control characters.",
            Field.OccurredAt => ReadTime(ref value, out _change.OccurredAtMs),
            Field.SequenceNumber =>
                value.TokenType == JsonTokenType.Number && value.TryGetInt64(out var number) && number >= 0
                    ? null
                    : $"Must be a whole number from 0 to {long.MaxValue}.",
        };
        return rule is null ? null : _fields.Refuse((int)field, value, rule);
    }

    private static string? ReadUuid(ref Utf8JsonReader value, out Guid uuid)
    {
        Span<byte> text = stackalloc byte[64];
        uuid = default;
        return JsonFields.TryReadText(ref value, text, out var length) && Uuid.TryParse(text[..length], out uuid) ? null : Uuid.Rule;
    }

    private static string? ReadTime(ref Utf8JsonReader value, out long timeMs)
    {
        Span<byte> text = stackalloc byte[64];
        timeMs = 0;
        if (!JsonFields.TryReadText(ref value, text, out var length) || !OccurredAt.TryParse(text[..length], out timeMs))
            return OccurredAt.Rule;
        return EventTime.IsPossible(timeMs) ? null : EventTime.Rule;
    }

    private static string? CheckHeader(in SourceMessage message, string name, Guid said)
    {
        if (message.Find(name) is not { } header)
            return null;
        var value = header.Value.Span;
        if (!Uuid.TryRead(value, out var given))
            return Refuse($"header {name}", value, Uuid.RawRule);
        return given == said ? null : $"header {name} = '{given}': Must be the {name} of the message, which is '{said}'.";
    }

    private static string? CheckKey(in SourceMessage message, Guid order)
    {
        if (message.Key.IsEmpty)
            return null;
        if (!Uuid.TryRead(message.Key, out var given))
            return Refuse("key", message.Key, $"The key of a message must be its order_id. {Uuid.RawRule}");
        return given == order ? null : $"key = '{given}': Must be the order_id of the message, which is '{order}'.";
    }

    private static string Refuse(string name, ReadOnlySpan<byte> value, string rule) => $"{name} = '{Printable.Of(value)}': {rule}";

    private struct Change
    {
        public Guid Id, CustomerId, OrderId;
        public long OccurredAtMs;
        public int TypeLength;
    }
}
