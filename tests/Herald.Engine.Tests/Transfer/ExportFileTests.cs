using System.Buffers.Binary;
using Herald.Engine.Transfer;
using Xunit;

namespace Herald.Engine.Tests.Transfer;

public sealed class ExportFileTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_read_is_what_was_written()
    {
        var file = await SmallStore.ExportAsync(new SmallStore(), Cancel);
        await using var reader = await ExportFileReader.OpenAsync(new MemoryStream(file), Cancel);
        var again = new MemoryStream();
        await using (var writer = new ExportFileWriter(again))
            await StoreMove.RunAsync(reader, writer, Cancel);
        Assert.Equal(file, again.ToArray());
        Assert.Equal(new SmallStore().Shape.Shards, reader.Shape.Shards);
        Assert.Equal(
            [2, 2, 2, 3, 2, 1, 1, 1, 1, 2],
            Enum.GetValues<MoveSection>().Where(section => section < MoveSection.End).Select(section => reader.Tally[section]));
    }

    [Fact]
    public async Task A_file_that_was_cut_anywhere_is_refused()
    {
        var file = await SmallStore.ExportAsync(new SmallStore(), Cancel);
        for (var length = 0; length < file.Length; length++)
            await Assert.ThrowsAsync<ExportFileException>(() => ReadAsync(file[..length]));
    }

    [Fact]
    public async Task Any_byte_that_was_changed_is_found_and_its_place_is_told()
    {
        var file = await SmallStore.ExportAsync(new SmallStore(), Cancel);
        for (var at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 0x10;
            var refused = await Assert.ThrowsAsync<ExportFileException>(() => ReadAsync(damaged));
            // The first 12 bytes are the magic and the format. A file with other bytes there gets a message of its own.
            if (at >= 12)
                Assert.Matches("(header|section [A-Za-z]+), offset [0-9]+", refused.Message);
        }
    }

    [Fact]
    public async Task Another_format_is_refused_by_its_number()
    {
        var file = await SmallStore.ExportAsync(new SmallStore(), Cancel);
        foreach (var format in new[] { 1, 2, 7 })
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), format);
            var refused = await Assert.ThrowsAsync<ExportFileException>(() => ReadAsync(file));
            Assert.Contains($"format {format}; this Herald reads format 3", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_follows_the_end_is_refused()
    {
        var file = await SmallStore.ExportAsync(new SmallStore(), Cancel);
        var refused = await Assert.ThrowsAsync<ExportFileException>(() => ReadAsync([.. file, 0]));
        Assert.Contains("there are bytes after the end", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_was_taken_out_is_missed()
    {
        var file = await SmallStore.ExportAsync(new SmallStore(), Cancel);
        var frames = Frames(file);
        foreach (var (from, length) in frames)
            await Assert.ThrowsAsync<ExportFileException>(() => ReadAsync([.. file[..from], .. file[(from + length)..]]));
        Assert.Equal(11, frames.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public async Task A_source_that_leaves_an_event_out_makes_no_file(long missing) =>
        await Assert.ThrowsAsync<InvalidDataException>(() => SmallStore.ExportAsync(new SmallStore { Missing = missing }, Cancel));

    private static List<(int From, int Length)> Frames(byte[] file)
    {
        var frames = new List<(int, int)>();
        for (var at = 24 + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)); at < file.Length;)
        {
            var length = 24 + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 12));
            frames.Add((at, length));
            at += length;
        }
        return frames;
    }

    private static async Task ReadAsync(byte[] bytes)
    {
        await using var reader = await ExportFileReader.OpenAsync(new MemoryStream(bytes), Cancel);
        await using var nowhere = new ExportFileWriter(Stream.Null);
        await StoreMove.RunAsync(reader, nowhere, Cancel);
    }
}
