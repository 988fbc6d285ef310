using System.Buffers.Binary;
using System.Text;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>One call that changed a disk or synced it, as the recorder wrote it.</summary>
/// <param name="Handle">The open file; <see cref="NoHandle"/> when <paramref name="Path"/> names the file.</param>
/// <param name="End">Where the record ends in the log.</param>
internal sealed record DiskRecord(
    DiskOperation Operation, uint Handle, long Offset, long Length, string Path, string Other, ReadOnlyMemory<byte> Data, long End)
{
    public const uint NoHandle = uint.MaxValue;

    private const int HeaderLength = 40;

    /// <summary>Whether it changes more than the content of a file. Crashes near such calls are of most interest.</summary>
    public bool IsRare => Operation is not (DiskOperation.Open or DiskOperation.Write or DiskOperation.Sync);

    public static IReadOnlyList<DiskRecord> ReadAll(string log)
    {
        var bytes = File.ReadAllBytes(log);
        var records = new List<DiskRecord>();
        for (var at = 0; at < bytes.Length;)
        {
            var header = bytes.AsSpan(at, HeaderLength);
            var (path, other, data) = (Int(header, 24), Int(header, 28), Int(header, 32));
            var end = at + HeaderLength + path + other + data;
            var names = at + HeaderLength;
            records.Add(new(
                (DiskOperation)Int(header, 0), (uint)Int(header, 4), Long(header, 8), Long(header, 16),
                Encoding.UTF8.GetString(bytes, names, path), Encoding.UTF8.GetString(bytes, names + path, other),
                bytes.AsMemory(names + path + other, data), end));
            at = end;
        }
        return records;

        static int Int(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadInt32LittleEndian(header[at..]);

        static long Long(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadInt64LittleEndian(header[at..]);
    }
}
