using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Herald.Engine.Events;

namespace Herald.Notifications.Statuses;

/// <summary>One of the 64 parts of a block's table: which rows have a tag. It is immutable, so threads share it.</summary>
/// <remarks>
/// The format (1 byte), the id of the table (8), the number of rows in the whole table (4), for each of 128 buckets where it ends (2), then
/// for each row its fingerprint (2), then for each row its low 16 bits (2), and a checksum. All numbers are little-endian, as on every
/// machine that Herald runs on.
/// </remarks>
internal sealed class TablePart
{
    private const byte Format = 1;
    private const int IdAt = 1, RowsAt = 9, EndsAt = 13, FingerprintsAt = EndsAt + (2 * Tag.Buckets);

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int _count;

    private TablePart(ReadOnlyMemory<byte> bytes, int count) => (_bytes, _count) = (bytes, count);

    public ulong Id => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.Span[IdAt..]);

    /// <summary>How many rows of the block the whole table has.</summary>
    public int TableRows => BinaryPrimitives.ReadInt32LittleEndian(_bytes.Span[RowsAt..]);

    public int Bytes => _bytes.Length;

    private ReadOnlySpan<ushort> Ends => MemoryMarshal.Cast<byte, ushort>(_bytes.Span.Slice(EndsAt, 2 * Tag.Buckets));

    private ReadOnlySpan<ushort> Fingerprints => MemoryMarshal.Cast<byte, ushort>(_bytes.Span.Slice(FingerprintsAt, 2 * _count));

    private ReadOnlySpan<ushort> Rows => MemoryMarshal.Cast<byte, ushort>(_bytes.Span.Slice(FingerprintsAt + (2 * _count), 2 * _count));

    /// <exception cref="InvalidDataException">The part is missing or damaged.</exception>
    public static TablePart Read(byte[] key, ReadOnlyMemory<byte>? value)
    {
        if (value is not { } there)
            throw StoredValue.Damaged(key, "it is missing");
        var bytes = there.Span;
        var count = bytes.Length < FingerprintsAt + StoredValue.ChecksumBytes
            ? -1 : BinaryPrimitives.ReadUInt16LittleEndian(bytes[(FingerprintsAt - 2)..]);
        if (count < 0 || bytes.Length != LengthOf(count) || ChecksumOf(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]))
            throw StoredValue.Damaged(key, "its checksum is wrong");
        if (bytes[0] != Format)
            throw StoredValue.Damaged(key, $"it has format {bytes[0]}, but this program reads format {Format}");
        return new TablePart(there, count);
    }

    /// <summary>Adds the rows of the block that can have this tag, in ascending order.</summary>
    public void Find(uint tag, long firstRowOfBlock, List<long> into)
    {
        var bucket = Tag.BucketOf(tag);
        var ends = Ends;
        int from = bucket == 0 ? 0 : ends[bucket - 1], end = ends[bucket];
        var fingerprints = Fingerprints[..end];
        var wanted = Tag.FingerprintOf(tag);
        while (fingerprints[from..].IndexOf(wanted) is >= 0 and var at)
        {
            into.Add(firstRowOfBlock + Rows[from + at]);
            from += at + 1;
        }
    }

    /// <summary>Makes the part with the rows of an older one and with further rows.</summary>
    /// <param name="added">Tags of this part with the row in the block, in ascending order of the rows.</param>
    public static byte[] Build(ulong id, int tableRows, TablePart? older, IReadOnlyList<(uint Tag, ushort Row)> added)
    {
        var count = (older?._count ?? 0) + added.Count;
        if (count > ushort.MaxValue)
            throw new InvalidOperationException($"{count} rows of one block fall into one part of its table. The hash must be wrong.");
        Span<int> places = stackalloc int[Tag.Buckets];
        places.Clear();
        foreach (var (tag, _) in added)
            places[Tag.BucketOf(tag)]++;
        var bytes = new byte[LengthOf(count)];
        bytes[0] = Format;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(IdAt), id);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(RowsAt), tableRows);
        var ends = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(EndsAt, 2 * Tag.Buckets));
        var fingerprints = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(FingerprintsAt, 2 * count));
        var rows = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(FingerprintsAt + (2 * count), 2 * count));
        for (int bucket = 0, end = 0; bucket < Tag.Buckets; bucket++)
        {
            int from = older is null || bucket == 0 ? 0 : older.Ends[bucket - 1], to = older is null ? 0 : older.Ends[bucket];
            if (older is not null)
            {
                older.Fingerprints[from..to].CopyTo(fingerprints[end..]);
                older.Rows[from..to].CopyTo(rows[end..]);
            }
            var more = places[bucket];
            places[bucket] = end + to - from;
            end += to - from + more;
            ends[bucket] = (ushort)end;
        }
        foreach (var (tag, row) in added)
        {
            var place = places[Tag.BucketOf(tag)]++;
            (fingerprints[place], rows[place]) = (Tag.FingerprintOf(tag), row);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(^StoredValue.ChecksumBytes), ChecksumOf(bytes));
        return bytes;
    }

    private static int LengthOf(int count) => FingerprintsAt + (4 * count) + StoredValue.ChecksumBytes;

    private static uint ChecksumOf(ReadOnlySpan<byte> bytes) => Crc32C.Of(bytes[..^StoredValue.ChecksumBytes]);
}
