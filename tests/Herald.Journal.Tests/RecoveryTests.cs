using System.Buffers.Binary;
using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;
using Herald.Journal.Shards;
using Xunit;

namespace Herald.Journal.Tests;

public sealed class RecoveryTests : IAsyncLifetime
{
    private readonly JournalHarness _harness = new(o => o with { SegmentBytes = 1 << 20, CheckpointBytes = 1 << 30 });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private string Segment => Path.Combine(_harness.Root, "journal", "0000000001.log");

    public ValueTask InitializeAsync() => _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_torn_last_frame_is_cut_off_and_reported()
    {
        await AppendAsync(3);
        await StopWithoutCheckpointAsync();
        var frames = Frames();
        Damage(frames[^1].Offset + 60);

        await _harness.StartAsync();
        Assert.Equal(2, (await _harness.Store.BoundsAsync(new ShardId(0), Cancel)).Last);
        Assert.Contains(_harness.Notices, n => n.Contains("cut off", StringComparison.Ordinal) && n.Contains($"offset {frames[^1].Offset}", StringComparison.Ordinal));
        await AppendAsync(1);
        await _harness.ReopenAsync();
        Assert.Equal(3, (await _harness.Store.BoundsAsync(new ShardId(0), Cancel)).Last);
    }

    [Fact]
    public async Task A_bad_frame_that_had_been_durable_is_damage_named_by_file_and_offset()
    {
        await AppendAsync(5);
        await StopWithoutCheckpointAsync();
        var bad = Frames()[2];
        Damage(bad.Offset + 60);

        var refused = await Assert.ThrowsAsync<JournalDamagedException>(async () => await _harness.StartAsync());
        Assert.Equal((Segment, bad.Offset), (refused.File, refused.Offset));
        Assert.Contains(Segment, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"offset {bad.Offset}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_that_turned_to_zeros_are_damage_too()
    {
        await AppendAsync(5);
        await StopWithoutCheckpointAsync();
        var frames = Frames();
        using (var file = File.OpenWrite(Segment))
        {
            file.Position = frames[2].Offset;
            file.Write(new byte[frames[3].Offset - frames[2].Offset]);
        }
        await Assert.ThrowsAsync<JournalDamagedException>(async () => await _harness.StartAsync());
    }

    [Fact]
    public async Task A_missing_log_file_is_damage()
    {
        await AppendAsync(3);
        await StopWithoutCheckpointAsync();
        File.Move(Segment, Segment.Replace("0000000001", "0000000002", StringComparison.Ordinal));
        await Assert.ThrowsAsync<JournalDamagedException>(async () => await _harness.StartAsync());
    }

    [Theory]
    [InlineData("identity", 8)]
    [InlineData("checkpoint", 8)]
    [InlineData("journal/0000000001.log", 8)]
    public async Task A_file_of_a_newer_format_is_refused(string name, int formatAt)
    {
        await AppendAsync(1);
        await _harness.StopAsync();
        var path = Path.Combine(_harness.Root, name);
        using (var file = File.OpenWrite(path))
        {
            file.Position = formatAt;
            file.Write([99, 0, 0, 0]);
        }
        var refused = await Assert.ThrowsAsync<JournalFormatException>(async () => await _harness.StartAsync());
        Assert.Equal((path, 99), (refused.File, refused.Found));
        Assert.Contains("newer", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_refused()
    {
        await AppendAsync(1);
        await _harness.StopAsync();
        var path = Path.Combine(_harness.Root, "checkpoint");
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancel);
        await Assert.ThrowsAsync<JournalDamagedException>(async () => await _harness.StartAsync());
    }

    [Fact]
    public async Task A_checkpoint_of_another_journal_is_refused()
    {
        await AppendAsync(1);
        await _harness.StopAsync();
        await using var other = new JournalHarness();
        await other.StartAsync();
        await other.StopAsync();
        File.Copy(Path.Combine(other.Root, "checkpoint"), Path.Combine(_harness.Root, "checkpoint"), overwrite: true);
        var refused = await Assert.ThrowsAsync<JournalDamagedException>(async () => await _harness.StartAsync());
        Assert.Contains("another journal", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("journal/0000000001.log")]
    [InlineData("index/0000-00000000.idx")]
    public async Task A_missing_file_is_damage_named(string name)
    {
        await AppendAsync(5);
        await _harness.StopAsync();
        File.Delete(Path.Combine(_harness.Root, name));
        var refused = await Assert.ThrowsAsync<JournalDamagedException>(async () => await _harness.StartAsync());
        Assert.Equal(Path.Combine(_harness.Root, name), refused.File);
    }

    [Theory]
    [InlineData("identity", 40)]
    [InlineData("index/0000-00000000.idx", 128)]
    [InlineData("checkpoint", 20)]
    [InlineData("journal/0000000001.log", 40)]
    public async Task A_file_that_is_too_short_is_damage_named(string name, int length)
    {
        await AppendAsync(5);
        await _harness.StopAsync();
        using (var file = File.OpenWrite(Path.Combine(_harness.Root, name)))
            file.SetLength(length);
        var refused = await Assert.ThrowsAsync<JournalDamagedException>(async () => await _harness.StartAsync());
        Assert.Equal(Path.Combine(_harness.Root, name), refused.File);
    }

    [Fact]
    public async Task Another_number_of_shards_than_the_journal_was_made_with_is_told_and_not_used()
    {
        await _harness.StopAsync();
        var told = new List<string>();
        await using var store = await JournalStore.OpenAsync(_harness.Options with { ShardCount = 3 }, _harness.Clock, told.Add, Cancel);
        Assert.Equal(16, store.ShardCount);
        Assert.Contains(told, line => line.Contains("journal.shardCount = 3 has no effect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_background_check_tells_of_damage_below_the_checkpoint()
    {
        await AppendAsync(5);
        await _harness.StopAsync();
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Damage(Frames()[1].Offset + 60);

        await using var store = await JournalStore.OpenAsync(_harness.Options, _harness.Clock, line => told.TrySetResult(line), Cancel);
        Assert.Contains("damaged at offset", await told.Task.WaitAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(1, store.Statistics.DamagedFrames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_event_that_holds_a_frame_of_another_journal_is_no_witness_when_its_write_is_torn(bool isReal)
    {
        await AppendAsync(2);
        var forged = isReal ? await FrameOfAnotherAsync() : new byte[FrameHeader.Length + 24];
        if (!isReal)
            new FrameHeader(24, 1_000_000, Run: 0x1234_5678, Durable: 1_000_000).WriteAround(forged);
        // Each copy is shifted by one byte, so that one of them is aligned as a frame is.
        var payload = Enumerable.Range(0, 8).SelectMany(_ => (byte[])[.. forged, 0]).ToArray();
        await _harness.Store.AppendAsync(new[] { new StoreEvents(_harness.Store, _harness.Clock).Make(shard: 0, payload: payload) }, new Appended[1], Cancel);
        await StopWithoutCheckpointAsync();
        var last = Frames()[^1];
        Damage(last.Offset + FrameHeader.Length + 20);

        await _harness.StartAsync();
        Assert.Equal(2, (await _harness.Store.BoundsAsync(new ShardId(0), Cancel)).Last);
        Assert.Contains(_harness.Notices, n => n.Contains("cut off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_frame_of_a_later_run_bears_witness_too()
    {
        await AppendAsync(2);
        var checkpoint = Path.Combine(_harness.Root, "checkpoint");
        await StopWithoutCheckpointAsync();
        await _harness.StartAsync();
        await StopWithoutCheckpointAsync();
        Assert.False(File.Exists(checkpoint));
        var frames = Frames();
        var lastOfFirst = frames.Last(f => f.Header.Run == frames[0].Header.Run);
        Assert.NotEqual(frames[0].Header.Run, frames[^1].Header.Run);
        Damage(lastOfFirst.Offset + 60);
        // Only the run entry of the second start follows the damaged frame. If the third start took that for a torn end, it would cut the
        // log off and write its own frame there.
        var refused = await Assert.ThrowsAsync<JournalDamagedException>(async () => await _harness.StartAsync());
        Assert.Equal(lastOfFirst.Offset, refused.Offset);
    }

    [Fact]
    public async Task Damaged_entries_of_the_index_are_made_anew_from_the_log()
    {
        await AppendAsync(20);
        var before = await ReadIndexAsync();
        await _harness.StopAsync();
        var index = Path.Combine(_harness.Root, "index", "0000-00000000.idx");
        foreach (var sequence in (int[])[3, 4, 9])
            Damage(index, IndexFiles.HeaderLength + ((sequence - 1) * StoredEntry.Length) + 20);

        await _harness.StartAsync();
        Assert.Equal(before, await ReadIndexAsync());
        Assert.Contains(_harness.Notices, n => n.Contains("rebuilt from the log", StringComparison.Ordinal) && n.Contains(index, StringComparison.Ordinal));
        await _harness.ReopenAsync();
        Assert.Equal(before, await ReadIndexAsync());
        Assert.Equal(0, _harness.Store.Statistics.DamagedPlaces);
    }

    [Fact]
    public async Task An_event_that_neither_index_nor_log_can_tell_of_is_told_as_damaged_and_the_rest_is_there()
    {
        await AppendAsync(20);
        var before = await ReadIndexAsync();
        await _harness.StopAsync();
        Damage(Path.Combine(_harness.Root, "index", "0000-00000000.idx"), IndexFiles.HeaderLength + (8 * StoredEntry.Length) + 20);
        // The first frame is the run entry, so this is the frame of event 9.
        Damage(Frames()[9].Offset + FrameHeader.Length + 30);

        await _harness.StartAsync();
        var after = await ReadIndexAsync();
        Assert.Equal(before.Where(e => e.Sequence != 9), after.Where(e => e.Sequence != 9));
        Assert.Equal((9, before[7].AcceptedAtMs, EventFlags.Rejected), (after[8].Sequence, after[8].AcceptedAtMs, after[8].Flags));
        var sink = new Told();
        await _harness.Store.ReadEventsAsync(new ShardId(0), Enumerable.Range(1, 20).Select(i => (long)i).ToArray(), sink, Cancel);
        Assert.Equal([9L], sink.Damaged);
        Assert.Equal(19, sink.Read);
    }

    [Fact]
    public async Task A_second_journal_on_the_directory_is_kept_out()
    {
        var refused = await Assert.ThrowsAsync<JournalInUseException>(async () => await JournalStore.OpenAsync(_harness.Options, _harness.Clock, cancel: Cancel));
        Assert.Contains(_harness.Root, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_directory_is_for_its_owner_only()
    {
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_harness.Root));
    }

    private static async Task<byte[]> FrameOfAnotherAsync()
    {
        await using var other = new JournalHarness();
        await other.StartAsync();
        for (var i = 0; i < 20; i++)
            await other.Store.AppendAsync(new StoreEvents(other.Store, other.Clock).Make(1, shard: 0), new Appended[1], Cancel);
        await other.StopAsync();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(other.Root, "journal", "0000000001.log"), Cancel);
        var last = Array.Empty<byte>();
        for (var at = SegmentHeader.Length; BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) == FrameHeader.Magic; at += (last.Length + 7) & ~7)
            last = bytes[at..(at + FrameHeader.Length + FrameHeader.Read(bytes.AsSpan(at)).BodyLength)];
        return last;
    }

    private async Task<IndexEntry[]> ReadIndexAsync()
    {
        var entries = new IndexEntry[100];
        var read = await _harness.Store.ReadIndexAsync(new ShardId(0), 1, entries, Cancel);
        return entries[..read.Count];
    }

    private async Task AppendAsync(int count)
    {
        var events = new StoreEvents(_harness.Store, _harness.Clock);
        var verdicts = new Appended[1];
        for (var i = 0; i < count; i++)
            await _harness.Store.AppendAsync(events.Make(1, shard: 0), verdicts, Cancel);
    }

    /// <summary>Leaves the files as after a crash: without the checkpoint of a clean end.</summary>
    private async Task StopWithoutCheckpointAsync()
    {
        await _harness.StopAsync();
        File.Delete(Path.Combine(_harness.Root, "checkpoint"));
    }

    private List<(long Offset, FrameHeader Header)> Frames()
    {
        var bytes = File.ReadAllBytes(Segment);
        var frames = new List<(long, FrameHeader)>();
        for (var at = SegmentHeader.Length; BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) == FrameHeader.Magic;)
        {
            var header = FrameHeader.Read(bytes.AsSpan(at));
            frames.Add((at, header));
            at += (FrameHeader.Length + header.BodyLength + 7) & ~7;
        }
        return frames;
    }

    private void Damage(long offset) => Damage(Segment, offset);

    private static void Damage(string path, long offset)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var old = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(old ^ 0x10));
    }

    private sealed class Told : IEventSink
    {
        public int Read { get; private set; }
        public List<long> Damaged { get; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Read++;

        public void OnDamaged(long sequence, string damage) => Damaged.Add(sequence);
    }
}
