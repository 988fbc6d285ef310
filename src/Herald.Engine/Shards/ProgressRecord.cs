using Herald.Engine.Events;

namespace Herald.Engine.Shards;

/// <summary>
/// How a progress record is laid out: so that damage costs as little as it can. In order:
/// <list type="number">
/// <item>
/// the format, the length of the head, and a checksum over both and the head. Later formats begin alike, so that a newer program's record can
/// be told from a damaged one;
/// </item>
/// <item>the head: what was routed, with which catalog, when, which subscriptions have gone, and of each that follows number and length;</item>
/// <item>each subscription: a checksum, and what is saved of it;</item>
/// <item>a checksum, and the keys that are settled.</item>
/// </list>
/// </summary>
internal static class ProgressRecord
{
    public const byte FormatVersion = 4;

    /// <summary>Whether the first part is whole; what is behind it is told apart by what the head says.</summary>
    public static bool TryReadHead(ref RecordReader record, byte version, out RecordReader head)
    {
        head = default;
        try
        {
            var (length, checksum) = (record.Word(), record.Word());
            var bytes = record.Bytes(length);
            head = new RecordReader(bytes);
            return checksum == ChecksumOf(version, length, bytes);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    public static void WriteHead(RecordWriter writer, ReadOnlySpan<byte> head)
    {
        writer.Byte(FormatVersion);
        writer.Word((uint)head.Length);
        writer.Word(ChecksumOf(FormatVersion, (uint)head.Length, head));
        writer.Bytes(head);
    }

    public static void WritePart(RecordWriter writer, ReadOnlySpan<byte> part)
    {
        writer.Word(Crc32C.Of(part));
        writer.Bytes(part);
    }

    /// <param name="length">Null: all that is left.</param>
    public static bool TryReadPart(ref RecordReader record, int? length, out RecordReader part)
    {
        part = default;
        try
        {
            var checksum = record.Word();
            var bytes = length is { } count ? record.Bytes(count) : record.Rest();
            part = new RecordReader(bytes);
            return checksum == Crc32C.Of(bytes);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static uint ChecksumOf(byte version, uint length, ReadOnlySpan<byte> head) =>
        ~Crc32C.Append(Crc32C.Append(~0u, [version, (byte)length, (byte)(length >> 8), (byte)(length >> 16), (byte)(length >> 24)]), head);
}

/// <summary>What a progress record begins with.</summary>
/// <param name="Link">One above that of the record before, checkpoints included, notes passed over: a record that is missing is found out.</param>
internal sealed record ProgressHead(
    ProgressKind Kind, long Link, long Routed, long CatalogVersion, long SavedAtMs, IReadOnlyList<int> Removed,
    IReadOnlyList<(int Number, int Length)> States)
{
    /// <summary>Of a record that tells of settled deliveries alone.</summary>
    public static ProgressHead OfSettled { get; } = new(ProgressKind.Settled, 0, 0, 0, 0, [], []);

    public void Write(RecordWriter writer)
    {
        writer.Byte((byte)Kind);
        writer.Number(Link);
        writer.Number(Routed);
        writer.Number(CatalogVersion);
        writer.Number(SavedAtMs);
        writer.Number(Removed.Count);
        foreach (var number in Removed)
            writer.Number(number);
        writer.Number(States.Count);
        foreach (var (number, length) in States)
        {
            writer.Number(number);
            writer.Number(length);
        }
    }

    public static ProgressHead Read(ref RecordReader reader)
    {
        var kind = (ProgressKind)reader.Byte();
        var (link, routed, catalogVersion, savedAtMs) = (reader.Number(), reader.Number(), reader.Number(), reader.Number());
        var removed = new int[reader.Count()];
        for (var i = 0; i < removed.Length; i++)
            removed[i] = (int)reader.Number();
        var states = new (int, int)[reader.Count()];
        for (var i = 0; i < states.Length; i++)
            states[i] = ((int)reader.Number(), (int)reader.Number());
        return new(kind, link, routed, catalogVersion, savedAtMs, removed, states);
    }
}

internal enum ProgressKind : byte
{
    Changes = 0,
    Checkpoint = 1,
    Settled = 2,
}
