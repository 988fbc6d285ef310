using System.Buffers.Binary;

namespace Herald.Engine.Events;

/// <summary>Writes event records (see <see cref="EventView"/>) and computes their index entries.</summary>
internal sealed class EventEncoder(ulong hashSeed, UInt128 hashSecret, int shardCount)
{
    public IdentityHash Identity { get; } = new(hashSecret);

    public static int LengthOf(in EventDraft draft, int topicLength, ReadOnlySpan<byte> attributes, int addressLength) =>
        EventView.PrefixLength + topicLength + draft.Id.Length + draft.Key.Length + draft.Type.Length + draft.ContentType.Length
        + addressLength + draft.Trace.Length + attributes.Length + draft.Payload.Length + (draft.KeyId == 0 ? 0 : EventView.KeyIdLength);

    /// <summary>Fills <paramref name="into"/>, whose length must be <see cref="LengthOf"/>.</summary>
    public static void Write(
        in EventDraft draft, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> attributes, int attributeCount, ReadOnlySpan<byte> address,
        long acceptedAtMs, long originalSequence, Span<byte> into)
    {
        var flags = (draft.HasKey ? EventFlags.Keyed : 0) | (draft.HasId && !draft.IsEmitted ? EventFlags.Identified : 0) | (address.IsEmpty ? 0 : EventFlags.Addressed)
            | (draft.IsRejected ? EventFlags.Rejected : 0) | (draft.IsEmitted ? EventFlags.Emitted : 0);
        into[..EventView.PrefixLength].Clear();
        into[0] = draft.KeyId == 0 ? EventView.FormatVersion : EventView.EncryptedFormat;
        into[1] = (byte)((int)flags | (draft.Hops << EventView.HopShift));
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
        rest = Put(rest, draft.Payload);
        if (draft.KeyId != 0)
            BinaryPrimitives.WriteInt32LittleEndian(rest, draft.KeyId);
    }

    public NewEvent Index(ReadOnlyMemory<byte> record, int topicNumber)
    {
        var view = new EventView(record);
        var keyHash = view.HasKey ? Identity.OfKey(topicNumber, view.Key) : Identity.OfKeyless(topicNumber, view.Id);
        var index = new IndexEntry(
            0, view.AcceptedAtMs, keyHash, Identity.OfId(view.Id), RouteHash(view), topicNumber, record.Length, view.Flags);
        return new NewEvent(view.HasKey ? ShardOf(topicNumber, view.Key) : ShardOfKeyless(topicNumber, view.Id), index, record);
    }

    public ShardId ShardOf(int topicNumber, ReadOnlySpan<byte> key) => ShardId.Of(StableHash.Of(key, TopicSeed(topicNumber)), shardCount);

    /// <summary>The shard of an event without a key.</summary>
    public ShardId ShardOfKeyless(int topicNumber, ReadOnlySpan<byte> id) =>
        ShardId.Of(StableHash.Of(id, ~TopicSeed(topicNumber)), shardCount);

    private UInt128 RouteHash(EventView view) =>
        (view.Flags & EventFlags.Addressed) != 0 ? Identity.OfAddress(view.Address)
        : view.TypeLength == 0 && view.AttributeCount == 0 ? UInt128.Zero
        : Identity.OfRoute(view.Type, view.AttributesEncoded);

    // A topic that is deleted and created again gets a new number. Its events therefore have other lanes and are no duplicates of the old
    // ones.
    private ulong TopicSeed(int topicNumber) => StableHash.Mix(hashSeed, (ulong)topicNumber);

    private static Span<byte> Put(Span<byte> into, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(into);
        return into[bytes.Length..];
    }
}
