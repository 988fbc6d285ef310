using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Journal.Tests;

public sealed class BackupTests : IAsyncLifetime
{
    private readonly JournalHarness _harness = new();
    private readonly JournalHarness _copy = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _harness.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _copy.DisposeAsync();
    }

    [Fact]
    public async Task A_copy_taken_while_serving_opens_with_all_that_came_before_and_serves()
    {
        var events = new StoreEvents(_harness.Store, _harness.Clock);
        var batch = events.Make(400, shard: 0);
        await _harness.Store.AppendAsync(batch, new Appended[400], Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var load = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                await _harness.Store.AppendAsync(events.Make(20, shard: i % 16), new Appended[20], Cancel);
        }, Cancel);
        await _harness.Store.BackupAsync(_copy.Root, Cancel);
        await stop.CancelAsync();
        await load;

        await _copy.StartAsync();
        Assert.Equal(_harness.Store.HashSeed, _copy.Store.HashSeed);
        var read = new Reader();
        await _copy.Store.ReadEventsAsync(new ShardId(0), Enumerable.Range(1, 400).Select(i => (long)i).ToArray(), read, Cancel);
        Assert.Equal(batch.Select(e => e.Record.ToArray()), read.Records);
        var verdicts = new Appended[1];
        await _copy.Store.AppendAsync(events.Make(1, shard: 0), verdicts, Cancel);
        Assert.Equal(Verdict.Accepted, verdicts[0].Verdict);
        await _copy.ReopenAsync();
    }

    [Fact]
    public async Task A_directory_that_holds_something_is_refused()
    {
        Directory.CreateDirectory(_copy.Root);
        await File.WriteAllTextAsync(Path.Combine(_copy.Root, "file"), "x", Cancel);
        await Assert.ThrowsAsync<IOException>(async () => await _harness.Store.BackupAsync(_copy.Root, Cancel));
    }

    private sealed class Reader : IEventSink
    {
        public List<byte[]> Records { get; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Records.Add(record.ToArray());

        public void OnDamaged(long sequence, string damage) => Assert.Fail(damage);
    }
}
