using System.Buffers.Binary;
using Herald.Contracts.Stores;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;
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
        Assert.Contains(told, line => line.Contains("ShardCount 3 is not used", StringComparison.Ordinal));
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

    private async Task AppendAsync(int count)
    {
        var events = new StoreEvents(_harness.Store, _harness.Clock);
        var verdicts = new Appended[1];
        for (var i = 0; i < count; i++)
            await _harness.Store.AppendAsync(events.Make(1, shard: 0), verdicts, null, Cancel);
    }

    /// <summary>As a crash would leave it: without the checkpoint of an orderly end.</summary>
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

    private void Damage(long offset)
    {
        using var file = File.Open(Segment, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var old = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(old ^ 0x10));
    }
}
