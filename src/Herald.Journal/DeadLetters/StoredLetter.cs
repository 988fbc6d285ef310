using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.DeadLetters;

/// <summary>A dead letter as the table holds it: its id and names, and the places of its entry and its record in the log.</summary>
/// <param name="Entry">The entry that holds the reason, <paramref name="EntryBytes"/> bytes long.</param>
/// <param name="Record">The start of the event's record: inside this entry, or inside the event's own entry in the log.</param>
internal sealed record StoredLetter(
    DeadLetterId Id, long Number, string SubscriptionId, string Topic, long DiedAtMs, Location Entry, int EntryBytes, Location Record,
    int RecordBytes)
{
    private const byte OwnsRecord = 1;
    private const int NoStatus = -1;

    public bool IsGone { get; set; }
    public long Bytes => EntryBytes + (long)RecordBytes;

    public bool Matches(DeadLetterQuery query) =>
        !IsGone && (query.SubscriptionId ?? SubscriptionId) == SubscriptionId && (query.Topic ?? Topic) == Topic
        && query.Tenant?.Owns(Topic) != false;

    public bool IsIn(uint segment) => Entry.Segment == segment || Record.Segment == segment;

    public static int MaxBytes(NewDeadLetter letter) => MaxBytes(letter.SubscriptionId, letter.Topic, letter.Reason, letter.Record.Length);

    public static int MaxBytes(DeadLetter letter) => MaxBytes(letter.SubscriptionId, letter.Topic, letter.Reason, letter.Record.Length);

    /// <param name="record">The place of the record in the log, when the dead letter brings no record of its own.</param>
    public static void Write(
        FrameBuffer frame, DeadLetterId id, long number, string subscriptionId, string topic, DeadLetterReason reason,
        ReadOnlySpan<byte> ownRecord, Location record, int recordBytes)
    {
        frame.Begin(EntryType.DeadLetter, id.Shard.Value, record.IsNone ? OwnsRecord : (byte)0);
        frame.Add(id.Subscription);
        frame.Add(id.Generation);
        frame.Add(id.Sequence);
        frame.Add(number);
        frame.Add(reason.FirstAttemptAtMs);
        frame.Add(reason.DiedAtMs);
        frame.Add(reason.Attempts);
        frame.Add(reason.StatusCode ?? NoStatus);
        frame.AddText(subscriptionId);
        frame.AddText(topic);
        frame.AddText(reason.Reason);
        frame.AddText(reason.Detail);
        if (record.IsNone)
        {
            frame.AddSized(ownRecord);
        }
        else
        {
            frame.Add(record);
            frame.Add(recordBytes);
        }
        frame.End();
    }

    public static StoredLetter Read(ref EntryReader entry, Location location, int bytes, Func<string, string> name)
    {
        var owns = (entry.Flags & OwnsRecord) != 0;
        var (id, number, reason, subscriptionId, topic) = ReadFields(ref entry);
        if (!owns)
            return new StoredLetter(id, number, name(subscriptionId), name(topic), reason.DiedAtMs, location, bytes,
                entry.Location(), entry.Int());
        var length = entry.Int();
        var record = location with { Offset = location.Offset + (uint)(entry.Position - entry.Start) };
        return new StoredLetter(id, number, name(subscriptionId), name(topic), reason.DiedAtMs, location, bytes - length, record, length);
    }

    /// <summary>
    /// Returns null when a segment it lies in was removed meanwhile: the table then has its new place, or no longer has it. A damaged dead
    /// letter is returned with what the table knows, and without a record.
    /// </summary>
    public DeadLetter? TryRead(SegmentLog segments, DamageLog damages)
    {
        var ownsRecord = Record.Segment == Entry.Segment && Record.Offset > Entry.Offset
            && Record.Offset <= Entry.Offset + EntryBytes + RecordBytes;
        var (bytes, damage) = (new byte[ownsRecord ? EntryBytes + RecordBytes : EntryBytes], default(string));
        try
        {
            if (!segments.TryRead(Entry, bytes))
                return null;
            if (!FrameBuffer.IsEntry(bytes) || bytes[0] != (byte)EntryType.DeadLetter)
                damage = "a dead letter differs from what was written";
        }
        catch (IOException failure)
        {
            damage = $"a dead letter cannot be read: {failure.Message}";
        }
        ReadOnlyMemory<byte> record = default;
        if (ownsRecord && damage is null)
            record = bytes.AsMemory((int)(Record.Offset - Entry.Offset), RecordBytes);
        else if (!ownsRecord && !TryReadEvent(segments, damages, out record))
            return null;
        if (damage is not null)
        {
            var reason = new DeadLetterReason(
                DeadLetterReason.Damaged, damages.Met(segments.PathOf(Entry.Segment), Entry.Offset, damage), 0, null, 0, DiedAtMs);
            return new DeadLetter(Id, SubscriptionId, Topic, reason, record);
        }
        var entry = new EntryReader(bytes);
        entry.MoveNext();
        var fields = ReadFields(ref entry);
        return new DeadLetter(fields.Id, fields.SubscriptionId, fields.Topic, fields.Reason, record);
    }

    /// <summary>Reads the event's record from the log. Returns false when its segment is removed.</summary>
    private bool TryReadEvent(SegmentLog segments, DamageLog damages, out ReadOnlyMemory<byte> record)
    {
        var (at, bytes) = (Record with { Offset = Record.Offset - EventEntry.RecordAt }, new byte[EventEntry.RecordAt + RecordBytes]);
        record = default;
        try
        {
            if (!segments.TryRead(at, bytes))
                return false;
            if (EventEntry.Is(bytes, Id.Shard.Value, Id.Sequence))
                record = bytes.AsMemory(EventEntry.RecordAt);
            else
                damages.Met(segments.PathOf(at.Segment), at.Offset, "the event of a dead letter differs from what was written");
        }
        catch (IOException failure)
        {
            damages.Met(segments.PathOf(at.Segment), at.Offset, $"the event of a dead letter cannot be read: {failure.Message}");
        }
        return true;
    }

    public void Save(FrameBuffer frame)
    {
        frame.Add(Id.Shard.Value);
        frame.Add(Id.Subscription);
        frame.Add(Id.Generation);
        frame.Add(Id.Sequence);
        frame.Add(Number);
        frame.Add(DiedAtMs);
        frame.Add(Entry);
        frame.Add(EntryBytes);
        frame.Add(Record);
        frame.Add(RecordBytes);
        frame.AddText(SubscriptionId);
        frame.AddText(Topic);
    }

    public static StoredLetter Load(ref EntryReader entry, Func<string, string> name)
    {
        var id = new DeadLetterId(new ShardId(entry.Int()), entry.Int(), entry.Int(), entry.Long());
        long number = entry.Long(), diedAtMs = entry.Long();
        var at = entry.Location();
        var bytes = entry.Int();
        var record = entry.Location();
        var recordBytes = entry.Int();
        return new StoredLetter(id, number, name(entry.Text()), name(entry.Text()), diedAtMs, at, bytes, record, recordBytes);
    }

    private static int MaxBytes(string subscriptionId, string topic, DeadLetterReason reason, int record) =>
        128 + record + (3 * (subscriptionId.Length + topic.Length + reason.Reason.Length + reason.Detail.Length));

    private static (DeadLetterId Id, long Number, DeadLetterReason Reason, string SubscriptionId, string Topic) ReadFields(
        ref EntryReader entry)
    {
        var id = new DeadLetterId(new ShardId(entry.Shard), entry.Int(), entry.Int(), entry.Long());
        long number = entry.Long(), firstAttemptAtMs = entry.Long(), diedAtMs = entry.Long();
        int attempts = entry.Int(), status = entry.Int();
        string subscriptionId = entry.Text(), topic = entry.Text();
        var reason = new DeadLetterReason(
            entry.Text(), entry.Text(), attempts, status == NoStatus ? null : status, firstAttemptAtMs, diedAtMs);
        return (id, number, reason, subscriptionId, topic);
    }
}
