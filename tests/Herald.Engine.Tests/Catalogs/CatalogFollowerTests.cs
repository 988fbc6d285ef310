using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Engine.Tests.Catalogs;

/// <summary>A store announces each version only once. So the follower must not lose an announcement.</summary>
public sealed class CatalogFollowerTests : IDisposable
{
    private readonly ScriptedCatalogStore _store = new(1);
    private readonly ManualClock _clock = new();
    private readonly CatalogCache _cache;
    private readonly CatalogFollower _follower;

    public CatalogFollowerTests()
    {
        _cache = new CatalogCache(_store, new EventEncoder(7, 43, 1), 1000, TimeSpan.Zero, _clock, () => long.MaxValue);
        _follower = new CatalogFollower(_cache, _clock, NullLogger.Instance);
        _follower.Start();
    }

    public void Dispose()
    {
        _follower.Dispose();
        _cache.Dispose();
    }

    [Fact]
    public async Task A_version_that_cannot_be_read_when_it_is_told_is_read_until_it_is_there()
    {
        await ChangeAsync(1);
        var failures = new Queue<Exception>([new StoreUnavailableException("away"), new InvalidOperationException("a record that is damaged"), new StoreUnavailableException("away")]);
        _store.BeforeRead = () => failures.TryDequeue(out var failure) ? Task.FromException(failure) : Task.CompletedTask;
        _follower.OnChanged(1);
        while (_cache.Snapshot.Version < 1)
        {
            await _clock.WhenArmedAsync(1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Empty(failures);
    }

    [Fact]
    public async Task What_is_told_while_it_reads_is_followed_too()
    {
        await ChangeAsync(1);
        var reading = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _store.BeforeRead = () =>
        {
            _store.BeforeRead = null;
            reading.SetResult();
            return goOn.Task;
        };
        _follower.OnChanged(1);
        await reading.Task;
        await ChangeAsync(3);
        _follower.OnChanged(2);
        _follower.OnChanged(4);
        goOn.SetResult();
        while (_cache.Snapshot.Version < 4)
            await Task.Yield();
    }

    [Fact]
    public async Task What_is_told_before_it_starts_is_followed_when_it_starts()
    {
        await ChangeAsync(1);
        using var follower = new CatalogFollower(_cache, _clock, NullLogger.Instance);
        follower.OnChanged(1);
        Assert.Equal(0, _cache.Snapshot.Version);
        follower.Start();
        while (_cache.Snapshot.Version < 1)
            await Task.Yield();
    }

    [Fact]
    public async Task A_version_that_does_not_exist_is_not_waited_for()
    {
        await ChangeAsync(1);
        var reads = 0;
        _store.BeforeRead = () =>
        {
            reads++;
            return Task.CompletedTask;
        };
        _follower.OnChanged(99);
        Assert.Equal((1, 1), (_cache.Snapshot.Version, reads));
        _follower.OnChanged(1);
        Assert.Equal(1, reads);
        await ChangeAsync(1);
        _follower.OnChanged(2);
        Assert.Equal(2, _cache.Snapshot.Version);
    }

    private async Task ChangeAsync(int times)
    {
        for (var i = 0; i < times; i++)
            await _store.ChangeAsync([new CatalogWrite(CatalogCodec.TopicKind, $"topic-{_store.Version}", 0, null, default(ReadOnlyMemory<byte>))], CancellationToken.None);
    }
}
