using System.Buffers.Binary;
using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Engine.Applications;

/// <summary>The stored form of the root and of the leaves of a <see cref="DueList"/>.</summary>
/// <remarks>
/// The format, the items in ascending order, each as the difference to the one before, and a checksum. The root also has the number of the
/// next new leaf. A leaf that was never written, or that belongs to another root, is damage as well: the root knows how each leaf begins.
/// </remarks>
internal static class DueCodec
{
    private const byte Format = 1;

    public static byte[] WriteRoot(IReadOnlyList<DueLeaf> leaves, long nextNumber)
    {
        var writer = new RecordWriter();
        writer.Byte(Format);
        writer.Number(nextNumber);
        writer.Number(leaves.Count);
        var before = default(Due);
        foreach (var leaf in leaves)
        {
            writer.Number(leaf.Number);
            writer.Number(leaf.Count);
            Write(writer, leaf.First, ref before);
        }
        return Seal(writer);
    }

    /// <returns>The number of the next new leaf.</returns>
    /// <exception cref="InvalidDataException">The value is damaged.</exception>
    public static long ReadRoot(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, List<DueLeaf> into) => Read(key, value, body =>
    {
        var next = body.Number();
        var before = default(Due);
        for (var left = body.Count(); left > 0; left--)
        {
            var (number, count) = (body.Number(), body.Number());
            var leaf = new DueLeaf(number, ReadDue(ref body, ref before), (int)count);
            if (number < 0 || number >= next || count is < 1 or > DueList.MostInLeaf || (into.Count > 0 && leaf.First <= into[^1].First))
                throw new InvalidDataException($"leaf {number} with {count} timers does not follow the one before it");
            into.Add(leaf);
        }
        return End(body, next);
    });

    public static byte[] WriteLeaf(IReadOnlyList<Due> dues)
    {
        var writer = new RecordWriter();
        writer.Byte(Format);
        writer.Number(dues.Count);
        var before = default(Due);
        foreach (var due in dues)
            Write(writer, due, ref before);
        return Seal(writer);
    }

    /// <exception cref="InvalidDataException">The value is damaged, missing, or not the leaf that the root describes.</exception>
    public static List<Due> ReadLeaf(ReadOnlySpan<byte> key, ReadOnlyMemory<byte>? value, DueLeaf expected)
    {
        if (value is not { } there)
            throw Damaged(key, "it is missing", null);
        return Read(key, there.Span, body =>
        {
            var dues = new List<Due>(DueList.MostInLeaf + 1);
            var before = default(Due);
            for (var left = body.Count(); left > 0; left--)
            {
                var due = ReadDue(ref body, ref before);
                if (dues.Count > 0 && due <= dues[^1])
                    throw new InvalidDataException($"timer {dues.Count} is not in order");
                dues.Add(due);
            }
            if (dues.Count != expected.Count || dues[0] != expected.First)
                throw new InvalidDataException(
                    $"it has {dues.Count} timers, but the root expects {expected.Count} from {expected.First} on");
            return End(body, dues);
        });
    }

    private delegate T ReadBody<T>(RecordReader body);

    private static T Read<T>(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadBody<T> read)
    {
        try
        {
            if (value.Length < 5 || Crc32C.Of(value[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(value[^4..]))
                throw new InvalidDataException("its checksum is wrong");
            if (value[0] != Format)
                throw new InvalidDataException($"it has format {value[0]}, but this program reads format {Format}");
            return read(new RecordReader(value[1..^4]));
        }
        catch (InvalidDataException damage)
        {
            throw Damaged(key, damage.Message, damage);
        }
    }

    private static T End<T>(in RecordReader body, T result) =>
        body.AtEnd ? result : throw new InvalidDataException("it has more bytes after its end");

    private static void Write(RecordWriter writer, Due due, ref Due before)
    {
        writer.Number(unchecked(due.AtMs - before.AtMs));
        writer.Number(unchecked(due.Item - before.Item));
        before = due;
    }

    private static Due ReadDue(ref RecordReader body, ref Due before) =>
        before = new Due(unchecked(before.AtMs + body.Number()), unchecked(before.Item + body.Number()));

    private static byte[] Seal(RecordWriter writer)
    {
        writer.Word(Crc32C.Of(writer.Written));
        return writer.Take();
    }

    private static InvalidDataException Damaged(ReadOnlySpan<byte> key, string why, Exception? cause) => new(
        $"The timers of the state entry {DueList.Name(key)} cannot be read: {why}. Restore the entry, or remove all entries of this list.",
        cause);
}
