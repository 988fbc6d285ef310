using System.Buffers.Binary;
using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Publishing;

/// <summary>Writes event records (see <see cref="EventView"/>) and computes what the index says of them.</summary>
internal sealed class EventEncoder(ulong hashSeed, int shardCount)
{
    public static int LengthOf(in EventDraft draft, int topicLength, ReadOnlySpan<byte> attributes, int addressLength) =>
        EventView.PrefixLength + topicLength + draft.Id.Length + draft.Key.Length + draft.Type.Length + draft.ContentType.Length
        + addressLength + draft.Trace.Length + attributes.Length + draft.Payload.Length;

    /// <summary>Fills <paramref name="into"/>, whose length is <see cref="LengthOf"/>.</summary>
    public static void Write(
        in EventDraft draft, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> attributes, int attributeCount, ReadOnlySpan<byte> address,
        long acceptedAtMs, long originalSequence, Span<byte> into)
    {
        var flags = (draft.HasKey ? EventFlags.Keyed : 0) | (draft.HasId ? EventFlags.Identified : 0) | (address.IsEmpty ? 0 : EventFlags.Addressed)
            | (draft.IsRejected ? EventFlags.Rejected : 0);
        into[..EventView.PrefixLength].Clear();
        into[0] = EventView.FormatVersion;
        into[1] = (byte)flags;
        into[2] = (byte)topic.Length;
        into[3] = (byte)draft.Id.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(into[4..], (ushort)draft.Key.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(into[6..], (ushort)draft.Type.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(into[8..], (ushort)draft.ContentType.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(into[10..], (ushort)address.Length);
        into[12] = (byte)draft.Trace.Length;
        into[13] = (byte)attributeCount;
        BinaryPrimitives.WriteUInt16LittleEndian(into[14..], (ushort)attributes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(into[16..], draft.Payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(into[20..], draft.TimeMs ?? acceptedAtMs);
        BinaryPrimitives.WriteInt64LittleEndian(into[28..], acceptedAtMs);
        BinaryPrimitives.WriteInt64LittleEndian(into[36..], originalSequence);
        var rest = into[EventView.PrefixLength..];
        rest = Put(rest, topic);
        rest = Put(rest, draft.Id);
        rest = Put(rest, draft.Key);
        rest = Put(rest, draft.Type);
        rest = Put(rest, draft.ContentType);
        rest = Put(rest, address);
        rest = Put(rest, draft.Trace);
        rest = Put(rest, attributes);
        Put(rest, draft.Payload);
    }

    public NewEvent Index(ReadOnlyMemory<byte> record, int topicNumber)
    {
        var view = new EventView(record);
        var keyHash = view.HasKey ? KeyHash(topicNumber, view.Key) : KeylessHash(topicNumber, view.Id);
        var index = new IndexEntry(
            0, view.AcceptedAtMs, keyHash, IdHash(view.Id), RouteHash(view), topicNumber, record.Length, view.Flags);
        return new NewEvent(ShardId.Of(keyHash, shardCount), index, record);
    }

    public ulong KeyHash(int topicNumber, ReadOnlySpan<byte> key) => StableHash.Of(key, TopicSeed(topicNumber));

    public ulong KeylessHash(int topicNumber, ReadOnlySpan<byte> id) => StableHash.Of(id, ~TopicSeed(topicNumber));

    public ulong IdHash(ReadOnlySpan<byte> id) => StableHash.Of(id, hashSeed);

    /// <summary>How an addressed event names its subscription in the index.</summary>
    public ulong AddressHash(ReadOnlySpan<byte> subscriptionId) => StableHash.Of(subscriptionId, hashSeed ^ 0xADD7E55);

    private UInt128 RouteHash(EventView view)
    {
        if ((view.Flags & EventFlags.Addressed) != 0)
            return AddressHash(view.Address);
        if (view.TypeLength == 0 && view.AttributeCount == 0)
            return UInt128.Zero;
        var attributes = view.AttributesEncoded;
        var first = StableHash.Mix(StableHash.Of(view.Type, hashSeed + 1), StableHash.Of(attributes, hashSeed + 2));
        var second = StableHash.Mix(StableHash.Of(attributes, hashSeed + 3), StableHash.Of(view.Type, hashSeed + 4));
        return new UInt128(first, second);
    }

    // A topic deleted and made again has another number, hence other lanes and other duplicates.
    private ulong TopicSeed(int topicNumber) => StableHash.Mix(hashSeed, (ulong)topicNumber);

    private static Span<byte> Put(Span<byte> into, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(into);
        return into[bytes.Length..];
    }
}
