using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.DeadLetters;

/// <summary>A dead letter as the table holds it: its id and names, and where its entry and its record lie.</summary>
/// <param name="Entry">The entry with the reason, of <paramref name="EntryBytes"/> bytes.</param>
/// <param name="Record">Where the event's record starts: in the entry itself, or still in the log's event.</param>
internal sealed record StoredLetter(
    DeadLetterId Id, long Number, string SubscriptionId, string Topic, long DiedAtMs, Location Entry, int EntryBytes, Location Record, int RecordBytes)
{
    private const byte OwnsRecord = 1;
    private const int NoStatus = -1;

    public bool IsGone { get; set; }
    public long Bytes => EntryBytes + (long)RecordBytes;

    public bool Matches(DeadLetterQuery query) =>
        !IsGone && (query.SubscriptionId ?? SubscriptionId) == SubscriptionId && (query.Topic ?? Topic) == Topic;

    public bool IsIn(uint segment) => Entry.Segment == segment || Record.Segment == segment;

    public static int MaxBytes(NewDeadLetter letter) =>
        128 + letter.Record.Length + (3 * (letter.SubscriptionId.Length + letter.Topic.Length + letter.Reason.Reason.Length + letter.Reason.Detail.Length));

    /// <param name="record">Where the log has the record, for a letter that brings none of its own.</param>
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
            frame.Add((int)record.Segment);
            frame.Add((int)record.Offset);
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
                new Location((uint)entry.Int(), (uint)entry.Int()), entry.Int());
        var length = entry.Int();
        var record = location with { Offset = location.Offset + (uint)(entry.Position - entry.Start) };
        return new StoredLetter(id, number, name(subscriptionId), name(topic), reason.DiedAtMs, location, bytes - length, record, length);
    }

    /// <summary>Null when a segment it lies in has gone meanwhile: the table knows its new place, or that it is gone.</summary>
    public DeadLetter? TryRead(SegmentLog segments)
    {
        var ownsRecord = Record.Segment == Entry.Segment && Record.Offset > Entry.Offset && Record.Offset < Entry.Offset + EntryBytes + RecordBytes;
        var bytes = new byte[ownsRecord ? EntryBytes + RecordBytes : EntryBytes];
        var stored = ownsRecord ? bytes : new byte[EventEntry.RecordAt + RecordBytes];
        var storedAt = ownsRecord ? Entry : Record with { Offset = Record.Offset - EventEntry.RecordAt };
        if (!segments.TryRead(Entry, bytes) || !(ownsRecord || segments.TryRead(storedAt, stored)))
            return null;
        if (!FrameBuffer.IsEntry(bytes) || bytes[0] != (byte)EntryType.DeadLetter)
            throw new JournalDamagedException(segments.PathOf(Entry.Segment), Entry.Offset, "not the dead letter that must be here");
        if (!ownsRecord && !EventEntry.Is(stored, Id.Shard.Value, Id.Sequence))
            throw new JournalDamagedException(segments.PathOf(storedAt.Segment), storedAt.Offset, "not the event of a dead letter that must be here");
        var entry = new EntryReader(bytes);
        entry.MoveNext();
        var (id, _, reason, subscriptionId, topic) = ReadFields(ref entry);
        return new DeadLetter(id, subscriptionId, topic, reason, stored.AsMemory((int)(Record.Offset - storedAt.Offset), RecordBytes));
    }

    public void Save(FrameBuffer frame)
    {
        frame.Add(Id.Shard.Value);
        frame.Add(Id.Subscription);
        frame.Add(Id.Generation);
        frame.Add(Id.Sequence);
        frame.Add(Number);
        frame.Add(DiedAtMs);
        frame.Add((int)Entry.Segment);
        frame.Add((int)Entry.Offset);
        frame.Add(EntryBytes);
        frame.Add((int)Record.Segment);
        frame.Add((int)Record.Offset);
        frame.Add(RecordBytes);
        frame.AddText(SubscriptionId);
        frame.AddText(Topic);
    }

    public static StoredLetter Load(ref EntryReader entry, Func<string, string> name)
    {
        var id = new DeadLetterId(new ShardId(entry.Int()), entry.Int(), entry.Int(), entry.Long());
        long number = entry.Long(), diedAtMs = entry.Long();
        var at = new Location((uint)entry.Int(), (uint)entry.Int());
        var bytes = entry.Int();
        var record = new Location((uint)entry.Int(), (uint)entry.Int());
        var recordBytes = entry.Int();
        return new StoredLetter(id, number, name(entry.Text()), name(entry.Text()), diedAtMs, at, bytes, record, recordBytes);
    }

    private static (DeadLetterId Id, long Number, DeadLetterReason Reason, string SubscriptionId, string Topic) ReadFields(ref EntryReader entry)
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
