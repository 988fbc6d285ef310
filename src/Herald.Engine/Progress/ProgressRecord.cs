using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Engine.Progress;

/// <summary>The layout of a progress record. Its parts have checksums of their own, so that damage costs as little as possible.</summary>
/// <remarks>
/// The parts, in order:
/// <list type="number">
/// <item>
/// The format, the length of the head, and a checksum over both and the head. Later formats must begin alike, so that a newer program's
/// record can be distinguished from a damaged one.
/// </item>
/// <item>
/// The head: up to where events were routed, the catalog version, the time, the subscriptions that are removed, and number and length of
/// each one that follows.
/// </item>
/// <item>For each subscription: a checksum, and its saved state.</item>
/// <item>A checksum, and the settled keys.</item>
/// </list>
/// </remarks>
internal static class ProgressRecord
{
    public const byte FormatVersion = 4;

    /// <summary>Reads the head. False when it is damaged. The head says how to divide the rest of the record.</summary>
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

    /// <param name="length">Null means all remaining bytes.</param>
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
        Crc32C.Of([version, (byte)length, (byte)(length >> 8), (byte)(length >> 16), (byte)(length >> 24)], head);
}

/// <summary>The head of a progress record.</summary>
/// <param name="Link">
/// One more than in the record before it. Checkpoints count, notes do not. A gap in these numbers shows that a record is missing.
/// </param>
internal sealed record ProgressHead(
    ProgressKind Kind, long Link, long Routed, long CatalogVersion, long SavedAtMs, IReadOnlyList<int> Removed,
    IReadOnlyList<(int Number, int Length)> States)
{
    /// <summary>The head of a note, which contains only settled deliveries.</summary>
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
