using System.Buffers.Binary;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Messages;

namespace Herald.Notifications.Statuses;

/// <summary>The stored form of a page: up to 16 rows from its first number on.</summary>
/// <remarks>
/// The number of rows and the accepted time of the first. A row: uuid (16 bytes), content (16), status, destination and flags (1), which
/// optional fields follow (2), numbers, times as differences to the accepted time, texts with their length, and ids.
/// </remarks>
internal static class PageCodec
{
    private const int DestinationShift = 2, HighBit = 1 << 4, ExternalBit = 1 << 5, KnownBits = (1 << 6) - 1;

    [Flags]
    private enum Fields
    {
        NotBefore = 1,
        Expires = 2,
        FirstAttempt = 4,
        Settled = 8,
        HandedOver = 16,
        Waits = 32,
        Recipient = 64,
        Reason = 128,
        LastWords = 256,
        DeadLetter = 512,
        All = 1023,
    }

    public static byte[] Encode(RecordWriter writer, IReadOnlyList<Row> rows)
    {
        StoredValue.Begin(writer);
        writer.Byte((byte)rows.Count);
        var before = 0L;
        foreach (var row in rows)
            Write(writer, row, ref before);
        return StoredValue.End(writer);
    }

    /// <exception cref="InvalidDataException">The page is missing or damaged.</exception>
    public static List<Row> Decode(long page, ReadOnlyMemory<byte>? value) => StoredValue.Read(StatusKeys.Page(page), value, body =>
    {
        int count = body.Byte();
        if (count > RowNumber.RowsOfPage)
            throw new InvalidDataException($"it announces {count} rows");
        var rows = new List<Row>(RowNumber.RowsOfPage);
        var before = 0L;
        while (rows.Count < count)
            rows.Add(Read(ref body, (page * RowNumber.RowsOfPage) + rows.Count, ref before));
        return body.AtEnd ? rows : throw new InvalidDataException("it has more bytes after its end");
    });

    private static void Write(RecordWriter writer, Row row, ref long before)
    {
        Span<byte> bytes = stackalloc byte[32];
        row.Uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], row.Content);
        writer.Bytes(bytes);
        writer.Byte((byte)((int)row.Status | ((int)row.Destination << DestinationShift)
            | (row.IsHigh ? HighBit : 0) | (row.IsExternal ? ExternalBit : 0)));
        writer.Number((int)FieldsOf(row));
        writer.Number(row.Attempts);
        writer.Number(row.Conflicts);
        writer.Number(unchecked(row.AcceptedAtMs - before));
        before = row.AcceptedAtMs;
        ReadOnlySpan<long?> times = [row.NotBeforeMs, row.ExpiresMs, row.FirstAttemptAtMs, row.SettledAtMs, row.HandedOverAtMs];
        foreach (var time in times)
            if (time is { } ms)
                writer.Number(unchecked(ms - row.AcceptedAtMs));
        if (row.Recipient is not null)
            writer.Hash(row.RecipientHash);
        foreach (var text in (ReadOnlySpan<string?>)[row.Waits, row.Recipient, row.Reason, row.LastWords])
            if (text is not null)
                writer.Text(text);
        if (row.DeadLetter is not { } letter)
            return;
        foreach (var number in (ReadOnlySpan<long>)[letter.Shard.Value, letter.Subscription, letter.Generation, letter.Sequence])
            writer.Number(number);
    }

    private static Row Read(ref RecordReader body, long number, ref long before)
    {
        var uuid = new Guid(body.Bytes(16), bigEndian: true);
        var content = BinaryPrimitives.ReadUInt128BigEndian(body.Bytes(16));
        int bits = body.Byte();
        var fields = (Fields)body.Number();
        if ((bits & ~KnownBits) != 0 || (fields & ~Fields.All) != 0)
            throw new InvalidDataException($"row {number} has unknown fields");
        int attempts = (int)body.Number(), conflicts = (int)body.Number();
        var acceptedAt = before = unchecked(before + body.Number());
        return new Row
        {
            Number = number,
            Uuid = uuid,
            Content = content,
            Status = (NotificationStatus)(bits & 3),
            Destination = (Destination)((bits >> DestinationShift) & 3),
            IsHigh = (bits & HighBit) != 0,
            IsExternal = (bits & ExternalBit) != 0,
            Attempts = attempts,
            Conflicts = conflicts,
            AcceptedAtMs = acceptedAt,
            // In the order of the bytes.
            NotBeforeMs = Time(ref body, fields, Fields.NotBefore, acceptedAt),
            ExpiresMs = Time(ref body, fields, Fields.Expires, acceptedAt),
            FirstAttemptAtMs = Time(ref body, fields, Fields.FirstAttempt, acceptedAt),
            SettledAtMs = Time(ref body, fields, Fields.Settled, acceptedAt),
            HandedOverAtMs = Time(ref body, fields, Fields.HandedOver, acceptedAt),
            RecipientHash = fields.HasFlag(Fields.Recipient) ? body.Hash() : 0,
            Waits = Text(ref body, fields, Fields.Waits),
            Recipient = Text(ref body, fields, Fields.Recipient),
            Reason = Text(ref body, fields, Fields.Reason),
            LastWords = Text(ref body, fields, Fields.LastWords),
            DeadLetter = fields.HasFlag(Fields.DeadLetter)
                ? new DeadLetterId(new ShardId((int)body.Number()), (int)body.Number(), (int)body.Number(), body.Number()) : null,
        };
    }

    private static Fields FieldsOf(Row row) =>
        (row.NotBeforeMs is null ? 0 : Fields.NotBefore) | (row.ExpiresMs is null ? 0 : Fields.Expires)
        | (row.FirstAttemptAtMs is null ? 0 : Fields.FirstAttempt) | (row.SettledAtMs is null ? 0 : Fields.Settled)
        | (row.HandedOverAtMs is null ? 0 : Fields.HandedOver) | (row.Waits is null ? 0 : Fields.Waits)
        | (row.Recipient is null ? 0 : Fields.Recipient) | (row.Reason is null ? 0 : Fields.Reason)
        | (row.LastWords is null ? 0 : Fields.LastWords) | (row.DeadLetter is null ? 0 : Fields.DeadLetter);

    private static long? Time(ref RecordReader body, Fields fields, Fields field, long acceptedAt) =>
        fields.HasFlag(field) ? unchecked(acceptedAt + body.Number()) : null;

    private static string? Text(ref RecordReader body, Fields fields, Fields field) => fields.HasFlag(field) ? body.Text() : null;
}
