using Herald.Engine.Events;
using Herald.Journal.Checkpoints;
using Herald.Journal.Files;
using Herald.Journal.Frames;
using Xunit;

namespace Herald.Journal.Tests;

public sealed class CheckpointFileTests
{
    private const string Path = "/checkpoint";
    private static readonly Guid Store = Guid.NewGuid();

    [Theory]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(4096)]
    public void Items_come_whole_and_in_order_however_small_the_pieces_are(int pieceBytes)
    {
        var random = new Random(5);
        var names = Enumerable.Range(0, 200).Select(i => new string((char)('a' + (i % 26)), random.Next(300))).ToArray();
        using var files = new OneFile(new WrittenFile(names));
        using var items = CheckpointFile.Read(files, Path, Store, pieceBytes)!;
        var read = new List<string>();
        while (items.Next() is { IsEmpty: false } piece)
            ReadInto(read, piece.Span);
        Assert.Equal(names, read);
    }

    /// <summary>The bytes of this checkpoint are generated as they are read, so it needs no disk.</summary>
    [Fact]
    public void A_checkpoint_of_more_than_two_GiB_is_read_back()
    {
        const int Items = 2200;
        using var files = new OneFile(new RepeatedFile(new string('n', 1 << 20), Items));
        using var items = CheckpointFile.Read(files, Path, Store)!;
        var count = 0;
        while (items.Next() is { IsEmpty: false } piece)
        {
            var entry = new EntryReader(piece.Span);
            while (entry.MoveNext())
                count++;
        }
        Assert.Equal(Items, count);
    }

    private static void ReadInto(List<string> read, ReadOnlySpan<byte> piece)
    {
        var entry = new EntryReader(piece);
        while (entry.MoveNext())
            read.Add(entry.Text());
    }

    private static ReadOnlySpan<byte> Header
    {
        get
        {
            var header = new byte[32];
            BitConverter.TryWriteBytes(header, 0x315450434C415248UL);
            BitConverter.TryWriteBytes(header.AsSpan(8), CheckpointFile.Format);
            Store.TryWriteBytes(header.AsSpan(16));
            return header;
        }
    }

    private static byte[] Item(string text)
    {
        var frame = new FrameBuffer();
        frame.Begin(EntryType.Source);
        frame.AddText(text);
        frame.End();
        return frame.Bytes[FrameHeader.Length..].ToArray();
    }

    private abstract class ReadFile : IJournalFile
    {
        public string Path => CheckpointFileTests.Path;
        public abstract long Length { get; }

        public abstract int Read(Span<byte> into, long offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset) => throw new NotSupportedException();

        public bool TryAllocate(long offset, long length) => throw new NotSupportedException();

        public bool TryFree(long offset, long length) => throw new NotSupportedException();

        public void Truncate(long length) => throw new NotSupportedException();

        public void Sync() => throw new NotSupportedException();

        public void Dispose() { }
    }

    private sealed class WrittenFile : ReadFile
    {
        private readonly byte[] _bytes;

        public WrittenFile(IEnumerable<string> items)
        {
            byte[] written = [.. Header, .. items.SelectMany(Item)];
            _bytes = [.. written, .. BitConverter.GetBytes(Crc32C.Of(written)), 0, 0, 0, 0];
        }

        public override long Length => _bytes.Length;

        public override int Read(Span<byte> into, long offset)
        {
            var count = (int)Math.Min(into.Length, _bytes.Length - offset);
            _bytes.AsSpan((int)offset, count).CopyTo(into);
            return count;
        }
    }

    /// <summary>A checkpoint that repeats one item.</summary>
    private sealed class RepeatedFile : ReadFile
    {
        private readonly byte[] _header = Header.ToArray(), _item, _trailer = new byte[8];
        private readonly int _count;

        public RepeatedFile(string text, int count)
        {
            (_item, _count) = (Item(text), count);
            var crc = Crc32C.Begin();
            crc.Append(_header);
            for (var i = 0; i < count; i++)
                crc.Append(_item);
            BitConverter.TryWriteBytes(_trailer, crc.GetCurrentHashAsUInt32());
        }

        public override long Length => _header.Length + ((long)_item.Length * _count) + _trailer.Length;

        public override int Read(Span<byte> into, long offset)
        {
            var done = 0;
            while (done < into.Length && offset + done < Length)
            {
                var at = offset + done;
                var inItems = at - _header.Length;
                var from = at < _header.Length ? _header.AsSpan((int)at)
                    : inItems < (long)_item.Length * _count ? _item.AsSpan((int)(inItems % _item.Length))
                    : _trailer.AsSpan((int)(inItems - ((long)_item.Length * _count)));
                var count = Math.Min(from.Length, into.Length - done);
                from[..count].CopyTo(into[done..]);
                done += count;
            }
            return done;
        }
    }

    private sealed class OneFile(ReadFile file) : IJournalFiles, IDisposable
    {
        public void CreateDirectory(string path) => throw new NotSupportedException();

        public UnixFileMode ModeOf(string directory) => throw new NotSupportedException();

        public IReadOnlyList<string> List(string directory) => [file.Path];

        public bool Exists(string path) => path == file.Path;

        public IJournalFile Open(string path, bool create) => file;

        public void Delete(string path) => throw new NotSupportedException();

        public void Rename(string from, string to) => throw new NotSupportedException();

        public void SyncDirectory(string path) => throw new NotSupportedException();

        public long FreeBytes(string directory) => throw new NotSupportedException();

        public IDisposable Lock(string directory) => throw new NotSupportedException();

        public void Dispose() => file.Dispose();
    }
}
