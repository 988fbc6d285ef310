using System.Buffers.Binary;
using System.Text;

namespace Herald.Engine.Events;

/// <summary>
/// Reads an event's record in place. The record is the engine's own encoding and is the same in every store; a store treats it as bytes.
/// </summary>
/// <remarks>
/// Layout (little endian): a prefix of 44 bytes with the lengths, then topic, id, key, type, content type, address, trace,
/// attributes (u16 name length, u16 value length, name, value; sorted by name) and the payload. The first byte is the format: 1, or 2 for a
/// record whose payload is encrypted. Such a record ends with the id of the key (u32) behind the payload.
/// </remarks>
public readonly struct EventView(ReadOnlyMemory<byte> record)
{
    internal const int PrefixLength = 44;
    internal const byte FormatVersion = 1, EncryptedFormat = 2;
    internal const int KeyIdLength = 4;

    // One byte holds both: the flags in the lower five bits, the hops in the upper three.
    internal const int HopShift = 5, MostHops = 7;

    public ReadOnlyMemory<byte> Record { get; } = record;

    /// <summary>A copy of the record without its payload. Neither the payload nor the key's id may be read from it.</summary>
    internal static EventView HeadOf(ReadOnlySpan<byte> record)
    {
        var payload = BinaryPrimitives.ReadInt32LittleEndian(record[16..]);
        return new(record[..^(payload + (record[0] == EncryptedFormat ? KeyIdLength : 0))].ToArray());
    }

    private ReadOnlySpan<byte> Span => Record.Span;
    public EventFlags Flags => (EventFlags)(Span[1] & ((1 << HopShift) - 1));

    /// <summary>How many times the published event has been forwarded to become this event.</summary>
    public int Hops => Span[1] >> HopShift;
    internal int TopicLength => Span[2];
    internal int IdLength => Span[3];
    internal int KeyLength => BinaryPrimitives.ReadUInt16LittleEndian(Span[4..]);
    internal int TypeLength => BinaryPrimitives.ReadUInt16LittleEndian(Span[6..]);
    internal int ContentTypeLength => BinaryPrimitives.ReadUInt16LittleEndian(Span[8..]);
    internal int AddressLength => BinaryPrimitives.ReadUInt16LittleEndian(Span[10..]);
    internal int TraceLength => Span[12];
    public int AttributeCount => Span[13];
    internal int AttributesLength => BinaryPrimitives.ReadUInt16LittleEndian(Span[14..]);

    /// <summary>The publisher's time in Unix milliseconds; the time of acceptance if the publisher gave none.</summary>
    public long TimeMs => BinaryPrimitives.ReadInt64LittleEndian(Span[20..]);
    public long AcceptedAtMs => BinaryPrimitives.ReadInt64LittleEndian(Span[28..]);

    /// <summary>For a redrive: the sequence of the event when it was first accepted. Otherwise 0.</summary>
    public long OriginalSequence => BinaryPrimitives.ReadInt64LittleEndian(Span[36..]);

    public ReadOnlySpan<byte> Topic => Span.Slice(PrefixLength, TopicLength);
    public ReadOnlySpan<byte> Id => Span.Slice(PrefixLength + TopicLength, IdLength);
    public ReadOnlySpan<byte> Key => Span.Slice(PrefixLength + TopicLength + IdLength, KeyLength);
    public ReadOnlySpan<byte> Type => Span.Slice(TypeStart, TypeLength);
    public ReadOnlySpan<byte> ContentType => Span.Slice(TypeStart + TypeLength, ContentTypeLength);

    /// <summary>The subscription a redrive is addressed to; empty otherwise.</summary>
    public ReadOnlySpan<byte> Address => Span.Slice(TypeStart + TypeLength + ContentTypeLength, AddressLength);

    /// <summary>The publisher's <c>traceparent</c>, or empty.</summary>
    public ReadOnlySpan<byte> Trace => Span.Slice(TypeStart + TypeLength + ContentTypeLength + AddressLength, TraceLength);

    /// <summary>The id of the key with which the payload is encrypted; 0 for a plain payload. No key is known yet.</summary>
    public int KeyId => Span[0] == EncryptedFormat ? BinaryPrimitives.ReadInt32LittleEndian(Span[^KeyIdLength..]) : 0;

    /// <exception cref="UnknownKeyException">The payload is encrypted with a key that is not known here.</exception>
    public ReadOnlyMemory<byte> Payload => Span[0] == FormatVersion ? StoredPayload : throw new UnknownKeyException(KeyId);

    /// <summary>The payload as it is stored, for code that copies or compares it together with <see cref="KeyId"/>.</summary>
    internal ReadOnlyMemory<byte> StoredPayload =>
        Record.Slice(AttributesStart + AttributesLength, BinaryPrimitives.ReadInt32LittleEndian(Span[16..]));

    public bool HasKey => (Flags & EventFlags.Keyed) != 0;
    public string TopicText => Encoding.UTF8.GetString(Topic);
    public string IdText => Encoding.UTF8.GetString(Id);
    public string? KeyText => HasKey ? Encoding.UTF8.GetString(Key) : null;
    public string? TypeText => TypeLength == 0 ? null : Encoding.UTF8.GetString(Type);
    public string ContentTypeText => Encoding.UTF8.GetString(ContentType);

    internal ReadOnlySpan<byte> AttributesEncoded => Span.Slice(AttributesStart, AttributesLength);

    private int TypeStart => PrefixLength + TopicLength + IdLength + KeyLength;
    private int AttributesStart => TypeStart + TypeLength + ContentTypeLength + AddressLength + TraceLength;

    public AttributeEnumerator GetEnumerator() => new(Span.Slice(AttributesStart, AttributesLength));

    public Dictionary<string, string> AttributesText()
    {
        var all = new Dictionary<string, string>(AttributeCount, StringComparer.Ordinal);
        foreach (var (name, value) in this)
            all.Add(Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(value));
        return all;
    }

    /// <summary>
    /// Compares content for deduplication: type, content type, attributes, payload with its key, and the flag
    /// <see cref="EventFlags.Rejected"/>. Times and traces may differ.
    /// </summary>
    public bool SameContent(EventView other) =>
        ((Flags ^ other.Flags) & EventFlags.Rejected) == 0 && Type.SequenceEqual(other.Type) && ContentType.SequenceEqual(other.ContentType)
        && Span.Slice(AttributesStart, AttributesLength).SequenceEqual(other.Span.Slice(other.AttributesStart, other.AttributesLength))
        && KeyId == other.KeyId && StoredPayload.Span.SequenceEqual(other.StoredPayload.Span);

    public bool SameIdentity(EventView other) =>
        Topic.SequenceEqual(other.Topic) && Id.SequenceEqual(other.Id) && Key.SequenceEqual(other.Key);

    /// <summary>False when the bytes cannot be a record: the lengths do not add up, or the format version is another.</summary>
    public bool IsWellFormed()
    {
        if (Record.Length < PrefixLength || Span[0] is not (FormatVersion or EncryptedFormat))
            return false;
        var payload = BinaryPrimitives.ReadInt32LittleEndian(Span[16..]);
        var isEncrypted = Span[0] == EncryptedFormat;
        return payload >= 0 && AttributesStart + AttributesLength + (long)payload + (isEncrypted ? KeyIdLength : 0) == Record.Length
            && AreWellFormed(AttributesEncoded, AttributeCount) && (!isEncrypted || KeyId > 0);
    }

    private static bool AreWellFormed(ReadOnlySpan<byte> attributes, int count)
    {
        for (; count > 0; count--)
        {
            if (attributes.Length < 4)
                return false;
            var length = 4 + BinaryPrimitives.ReadUInt16LittleEndian(attributes) + BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]);
            if (attributes.Length < length)
                return false;
            attributes = attributes[length..];
        }
        return attributes.IsEmpty;
    }

    public ref struct AttributeEnumerator(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public AttributePair Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
                return false;
            int name = BinaryPrimitives.ReadUInt16LittleEndian(_rest), value = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]);
            Current = new AttributePair(_rest.Slice(4, name), _rest.Slice(4 + name, value));
            _rest = _rest[(4 + name + value)..];
            return true;
        }
    }
}
