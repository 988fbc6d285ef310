using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.TestKit.Hashes;
using Xunit;

namespace Herald.Postgres.Tests.Appends;

/// <summary>Ids are looked up by hash. Two ids with the same hash, by chance or by intent, are still two ids.</summary>
public sealed class ForgedIdTests : IAsyncLifetime
{
    private readonly PostgresHarness _harness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Ids_with_one_hash_are_no_duplicates_of_each_other()
    {
        var (one, other) = ForgedPair.Of(1);
        NewEvent first = Event(one), second = Event(other);
        Assert.Equal(first.Index.DuplicateHash, second.Index.DuplicateHash);
        Assert.Equal((first.Shard, first.Index.IdHash), (second.Shard, second.Index.IdHash));

        Assert.Equal([new Appended(Verdict.Accepted, 1)], await AppendAsync(first));
        Assert.Equal([new Appended(Verdict.Accepted, 2)], await AppendAsync(second));
        await _harness.ReopenAsync();
        Assert.Equal([new Appended(Verdict.Duplicate, 2), new Appended(Verdict.Duplicate, 1)], await AppendAsync(second, first));
    }

    [Fact]
    public async Task Ids_with_one_hash_are_no_duplicates_of_each_other_in_one_request()
    {
        var (one, other) = ForgedPair.Of(2);
        Assert.Equal(
            [new Appended(Verdict.Accepted, 1), new Appended(Verdict.Accepted, 2), new Appended(Verdict.Duplicate, 2), new Appended(Verdict.Duplicate, 1)],
            await AppendAsync(Event(one), Event(other), Event(other), Event(one)));
        Assert.Equal([new Appended(Verdict.Duplicate, 1), new Appended(Verdict.Duplicate, 2)], await AppendAsync(Event(one), Event(other)));
    }

    private NewEvent Event(string id) => new StoreEvents(_harness.Store, _harness.Clock).Make(id);

    private async Task<Appended[]> AppendAsync(params NewEvent[] events)
    {
        var verdicts = new Appended[events.Length];
        await _harness.Store.AppendAsync(events, verdicts, Cancel);
        return verdicts;
    }
}
