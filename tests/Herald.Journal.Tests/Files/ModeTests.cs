using System.Runtime.Versioning;
using Herald.Contracts.Stores;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Journal.Tests.Files;

/// <summary>Files of a journal are readable by their owner only: they contain payloads and the secrets that sign webhooks.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ModeTests : IAsyncLifetime
{
    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybodys = Owners | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly JournalHarness _harness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task All_files_are_for_their_owner_only_in_a_directory_that_was_there_and_that_is_told()
    {
        Directory.CreateDirectory(_harness.Root);
        File.SetUnixFileMode(_harness.Root, (UnixFileMode)Convert.ToInt32("755", 8));
        await _harness.StartAsync();
        Assert.Contains(_harness.Notices, n => n.Contains("0755", StringComparison.Ordinal) && n.Contains($"chmod 700 '{_harness.Root}'", StringComparison.Ordinal));
        await FillAsync();
        var copy = _harness.Root + "/copy";
        await _harness.Store.BackupAsync(copy, Cancel);
        await _harness.StopAsync();

        var files = Directory.GetFiles(_harness.Root, "*", SearchOption.AllDirectories);
        Assert.Contains(files, f => f == Path.Combine(copy, "checkpoint"));
        Assert.All(files, f => Assert.Equal(Owners, File.GetUnixFileMode(f)));
        Assert.All(Directory.GetDirectories(_harness.Root, "*", SearchOption.AllDirectories), d => Assert.Equal(Owners | UnixFileMode.UserExecute, File.GetUnixFileMode(d)));
    }

    [Fact]
    public async Task Files_that_an_earlier_Herald_left_to_the_umask_are_closed_at_the_next_start()
    {
        await _harness.StartAsync();
        await FillAsync();
        await _harness.StopAsync();
        foreach (var file in Directory.GetFiles(_harness.Root, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(file, Everybodys);
        await _harness.StartAsync();
        await FillAsync();
        Assert.All(
            Directory.GetFiles(_harness.Root, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not ("lock" or "reserve")),
            f => Assert.Equal(Owners, File.GetUnixFileMode(f)));
        Assert.Empty(_harness.Notices);
    }

    [Fact]
    public async Task A_directory_that_anybody_may_write_to_is_refused()
    {
        Directory.CreateDirectory(_harness.Root);
        File.SetUnixFileMode(_harness.Root, (UnixFileMode)Convert.ToInt32("777", 8));
        var refused = await Assert.ThrowsAsync<JournalDirectoryException>(async () => await _harness.StartAsync());
        Assert.Contains($"chmod 700 '{_harness.Root}'", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_harness.Root));
    }

    private async Task FillAsync()
    {
        await _harness.Store.AppendAsync(new StoreEvents(_harness.Store, _harness.Clock).Make(200, shard: 0), new Appended[200], Cancel);
        await _harness.Store.CheckpointAsync(Cancel);
    }
}
