using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Connections;

/// <summary>The rights to use the database change. That is an outage like any other, and ends when they are changed back.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static int _roles;

    private readonly PostgresHarness _harness = new();
    private readonly string _role = $"limited_{Interlocked.Increment(ref _roles)}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _harness.StartAsync();
        await _harness.ExecuteAsync($"create role {_role} login password '{_role}'");
        await GrantAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.ExecuteAsync($"alter role {_role} nologin; drop owned by {_role}; drop role {_role}");
        await _harness.DisposeAsync();
    }

    [Fact]
    public async Task A_role_that_may_not_log_in_any_more_and_then_may_again()
    {
        await using var store = await OpenAsync();
        await DoEverythingAsync(store, 1);
        await _harness.ExecuteAsync($"alter role {_role} nologin");
        await _harness.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{_role}'");
        await AssertUnavailableAsync(store, "28000");

        await _harness.ExecuteAsync($"alter role {_role} login");
        await DoEverythingAsync(store, 2);
        await AssertHearsAsync(store);
    }

    [Fact]
    public async Task Rights_that_are_taken_away_and_given_back()
    {
        await using var store = await OpenAsync();
        await DoEverythingAsync(store, 1);
        var (schema, log) = (_harness.Options.Schema, _harness.Options.Schema + "_log");
        await _harness.ExecuteAsync($"revoke all on all tables in schema {schema}, {log} from {_role}; revoke all on schema {schema}, {log} from {_role}");
        await AssertUnavailableAsync(store, "42501");

        await GrantAsync();
        await DoEverythingAsync(store, 2);
        await AssertHearsAsync(store);
    }

    [Theory]
    [InlineData("08006", true)]
    [InlineData("25006", true)]
    [InlineData("25P03", true)]
    [InlineData("28000", true)]
    [InlineData("28P01", true)]
    [InlineData("3D000", true)]
    [InlineData("42501", true)]
    [InlineData("40001", true)]
    [InlineData("53300", true)]
    [InlineData("55000", true)]
    [InlineData("55P03", true)]
    [InlineData("57014", true)]
    [InlineData("57P03", true)]
    [InlineData("58030", true)]
    [InlineData("XX001", true)]
    [InlineData("22021", false)]
    [InlineData("23505", false)]
    [InlineData("42601", false)]
    [InlineData("42703", false)]
    [InlineData("42883", false)]
    public void What_is_certain_to_be_a_mistake_of_ours_is_no_outage(string code, bool isOutage) =>
        Assert.Equal(isOutage, Failures.IsUnavailable(new PostgresException("text", "ERROR", "ERROR", code)));

    private ValueTask<PostgresStore> OpenAsync() => PostgresStore.OpenAsync(
        _harness.Options with { Connection = new NpgsqlConnectionStringBuilder(_harness.Options.Connection) { Username = _role, Password = _role }.ConnectionString }, TimeProvider.System);

    private async Task GrantAsync()
    {
        var (schema, log) = (_harness.Options.Schema, _harness.Options.Schema + "_log");
        await _harness.ExecuteAsync($"grant all on schema {schema}, {log} to {_role}; grant all on all tables in schema {schema}, {log} to {_role}");
    }

    private async Task DoEverythingAsync(PostgresStore store, long number)
    {
        IReadOnlyList<Lease> leases = [];
        await UntilAsync(async () => (leases = await store.RenewAsync(Cancel)).Count == store.ShardCount);
        foreach (var (_, work) in Work(store, leases, number))
            await work();
    }

    private async Task AssertUnavailableAsync(PostgresStore store, string code)
    {
        IReadOnlyList<Lease> leases = [new(new ShardId(0), 1, null)];
        foreach (var (name, work) in Work(store, leases, 5))
        {
            var failure = await Record.ExceptionAsync(work);
            Assert.True(failure is StoreUnavailableException, $"{name}: {failure}");
        }
        var renewing = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.RenewAsync(Cancel));
        Assert.Contains(code, renewing.Message, StringComparison.Ordinal);
    }

    private List<(string Name, Func<Task> Work)> Work(PostgresStore store, IReadOnlyList<Lease> leases, long number)
    {
        var events = new StoreEvents(store, _harness.Clock);
        var fence = new Fence(leases[0].Shard, leases[0].Epoch);
        return
        [
            ("append", async () => await store.AppendAsync(new[] { events.Make(shard: 1) }, new Appended[1], Cancel)),
            ("position of a source", async () => await store.SaveSourcePositionAsync(new SourcePosition("source", number), Cancel)),
            ("commit", async () => await store.CommitAsync(new ShardCommit { Fence = fence, Number = (2 * number) - 1 }, Cancel)),
            ("whole commit", async () => await store.CommitAsync(new ShardCommit { Fence = fence, Number = 2 * number, Emitted = [events.Make(shard: 2)] }, Cancel)),
            ("load", async () => await store.LoadAsync(fence, Cancel)),
            ("peek", async () => await store.PeekAsync(fence.Shard, Cancel)),
            ("bounds", async () => await store.BoundsAsync(fence.Shard, Cancel)),
            ("change", async () => await store.ChangeAsync([new CatalogWrite("topic", $"t{number}", 0, null, StoreEvents.Payload("x"))], Cancel)),
            ("catalog", async () => await store.ReadAsync(0, 10, Cancel)),
            ("letters", async () => await store.ListAsync(new DeadLetterQuery(null, null, 10, null), Cancel)),
            ("discard", async () => await store.DiscardAsync([new Discard(new DeadLetterId(fence.Shard, 1, 0, 1))], Cancel)),
            ("state", async () => await store.ReadAsync("app", [new StateKey(fence.Shard, StoreEvents.Payload("key"))], Cancel)),
        ];
    }

    /// <summary>The store listens for notifications again.</summary>
    private async Task AssertHearsAsync(PostgresStore store)
    {
        await using var second = await PostgresStore.OpenAsync(_harness.Options, TimeProvider.System);
        await second.RenewAsync(Cancel);
        await store.RenewAsync(Cancel);
        var heard = 0L;
        using var listening = store.OnHead((shard, sequence) => Interlocked.Exchange(ref heard, shard.Value == 7 ? sequence : heard));
        await UntilAsync(async () =>
        {
            await second.AppendAsync(new[] { new StoreEvents(second, _harness.Clock).Make(shard: 7) }, new Appended[1], Cancel);
            return Interlocked.Read(ref heard) > 0;
        });
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "It does not come to that.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
    }
}
