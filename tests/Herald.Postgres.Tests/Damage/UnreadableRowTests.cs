using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Herald.Postgres.Retention;
using Xunit;

namespace Herald.Postgres.Tests.Damage;

/// <summary>Rows with a value that the database itself cannot read back. Everything else in the same request must still be read.</summary>
public sealed class UnreadableRowTests : IAsyncLifetime
{
    private static readonly ShardId Shard = new(2), Other = new(3);
    private readonly PostgresHarness _harness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_record_of_progress_that_cannot_be_read_stands_as_unreadable_among_those_that_can()
    {
        var leases = await _harness.Store.RenewAsync(Cancel);
        foreach (var shard in (ShardId[])[Shard, Other])
        {
            for (var number = 1; number <= 3; number++)
                await _harness.Store.CommitAsync(new ShardCommit { Fence = FenceOf(shard), Number = number, Progress = new byte[] { 9, (byte)number }, IsCheckpoint = number == 1 }, Cancel);
        }
        await SpoilAsync("progress", "record", $"shard = {Shard.Value} and number = 2");

        // Both shards are loaded in one request.
        var loads = await Task.WhenAll(_harness.Store.LoadAsync(FenceOf(Other), Cancel).AsTask(), _harness.Store.LoadAsync(FenceOf(Shard), Cancel).AsTask());
        Assert.Equal(["0901", "0902", "0903"], loads[0].Records.Select(record => Convert.ToHexString(record.Span)));
        Assert.Equal(["0901", "00", "0903"], loads[1].Records.Select(record => Convert.ToHexString(record.Span)));
        Assert.Equal(["0901", "00", "0903"], (await _harness.Store.PeekAsync(Shard, Cancel)).Records.Select(record => Convert.ToHexString(record.Span)));
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await _harness.Store.LoadAsync(FenceOf(Shard) with { Epoch = 99 }, Cancel));

        Fence FenceOf(ShardId shard) => new(shard, leases.Single(lease => lease.Shard == shard).Epoch);
    }

    [Fact]
    public async Task A_record_of_the_catalog_that_cannot_be_read_is_empty_among_those_that_can()
    {
        foreach (var id in (string[])["a", "b", "c"])
            await _harness.Store.ChangeAsync([new CatalogWrite("subscription", id, 7, 0, new byte[] { 1 })], Cancel);
        // A real row can answer whether the value is null without reading it. A view cannot.
        await SpoilAsync("catalog", "body", "id = 'b'", reading: "%c.heads, c.body%");

        Assert.Equal(["a 1", "b 0", "c 1"], (await _harness.Store.ReadAsync(0, 100, Cancel)).Records.Select(Show));
        Assert.Equal(["a 1", "b 0", "c 1"], (await _harness.Store.FindAsync(new CatalogQuery.ByParent("subscription", [7]), Cancel)).Select(Show));
        Assert.Equal(["b 0"], (await _harness.Store.FindAsync(new CatalogQuery.ById("subscription", "b"), Cancel)).Select(Show));

        static string Show(CatalogRecord record) => $"{record.Id} {record.Body?.Length}";
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_is_damaged_and_its_neighbours_are_read()
    {
        var events = new StoreEvents(_harness.Log, _harness.Clock).Make(3, shard: Shard.Value);
        await _harness.Log.AppendAsync(events, new Appended[3], Cancel);
        // After reopening, the node has no events in memory, so it must read them.
        await _harness.ReopenAsync();
        await SpoilEventAsync(await NewestEventsAsync());

        var sink = new Heard();
        await _harness.Log.ReadEventsAsync(Shard, new long[] { 1, 2, 3 }, sink, Cancel);
        Assert.Equal(["1", "2 damaged", "3"], sink.All);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_is_in_the_index_of_its_shard_and_holds_up_no_other_shard()
    {
        ShardId[] shards = [Other, Shard, new(4)];
        foreach (var shard in shards)
            await AppendThreeAsync(shard);
        await _harness.ReopenAsync();
        // Small records are read together with the index of the shards that the node owns.
        await _harness.Store.RenewAsync(Cancel);
        await SpoilEventAsync(await NewestEventsAsync());

        // The first shard is read alone, and the others together after it.
        var read = await Task.WhenAll(shards.Select(ReadIndexAsync));
        Assert.All(read, sequences => Assert.Equal([1L, 2, 3], sequences));
        var sink = new Heard();
        await _harness.Log.ReadEventsAsync(Shard, new long[] { 1, 2, 3 }, sink, Cancel);
        Assert.Equal(["1", "2 damaged", "3"], sink.All);
    }

    [Fact]
    public async Task An_event_of_an_older_period_that_cannot_be_read_is_in_the_index()
    {
        await AppendThreeAsync(Shard);
        var older = await NewestEventsAsync();
        _harness.Clock.Advance(TimeSpan.FromDays(4));
        await _harness.Store.RenewAsync(Cancel);
        await _harness.Store.KeepAsync(TimeSpan.FromMinutes(1));
        Assert.NotEqual(older, await NewestEventsAsync());
        await _harness.ReopenAsync();
        await _harness.Store.RenewAsync(Cancel);
        await SpoilEventAsync(older);

        Assert.Equal([1L, 2, 3], await ReadIndexAsync(Shard));
        var sink = new Heard();
        await _harness.Log.ReadEventsAsync(Shard, new long[] { 1, 2, 3 }, sink, Cancel);
        Assert.Equal(["1", "2 damaged", "3"], sink.All);
    }

    [Fact]
    public async Task An_event_of_a_key_that_waits_is_kept_as_damaged_where_it_cannot_be_copied_and_its_neighbours_whole()
    {
        var lease = (await _harness.Store.RenewAsync(Cancel)).Single(lease => lease.Shard == Shard);
        var events = new StoreEvents(_harness.Log, _harness.Clock).Make(3, shard: Shard.Value);
        await _harness.Log.AppendAsync(events, new Appended[3], Cancel);
        var older = await NewestEventsAsync();
        await _harness.Store.CommitAsync(
            new ShardCommit
            {
                Fence = new Fence(Shard, lease.Epoch),
                Number = 1,
                Progress = new byte[] { 9 },
                IsCheckpoint = true,
                SettledBelow = 4,
                Kept = [new KeptKey(events[0].Index.KeyHash, 1)],
                IsAllKept = true,
            },
            Cancel);
        _harness.Clock.Advance(TimeSpan.FromDays(4));
        await _harness.Store.RenewAsync(Cancel);
        await _harness.Store.KeepAsync(TimeSpan.FromMinutes(1));
        await SpoilEventAsync(older);

        await using (var database = new Database(_harness.Options, _harness.Clock))
        {
            var periods = await new PeriodReader(database).RefreshAsync(Cancel);
            await new KeptEvents(database).CopyAsync(periods.All[0], periods.All[1], Cancel);
        }
        // The table of the older events is deleted.
        await SpoiltRow.UndoAsync(_harness, older, LogSchema);
        await _harness.FreeAsync();
        await _harness.ReopenAsync();
        Assert.Equal(4, (await _harness.Log.BoundsAsync(Shard, Cancel)).First);
        Assert.Equal([1L, 2, 3], await ReadIndexAsync(Shard));
        var sink = new Heard();
        await _harness.Log.ReadEventsAsync(Shard, new long[] { 1, 2, 3 }, sink, Cancel);
        Assert.Equal(["1", "2 damaged", "3"], sink.All);
    }

    [Fact]
    public async Task A_dead_letter_whose_event_cannot_be_read_any_more_is_saved_without_it()
    {
        var lease = (await _harness.Store.RenewAsync(Cancel)).Single(lease => lease.Shard == Shard);
        await AppendThreeAsync(Shard);
        await SpoilEventAsync(await NewestEventsAsync());
        var letters = ThreeLetters();

        var commit = new ShardCommit { Fence = new Fence(Shard, lease.Epoch), Number = 1, DeadLetters = letters };
        await _harness.Store.CommitAsync(commit, Cancel);
        var page = await _harness.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), Cancel);
        Assert.Equal([(1L, true), (2, false), (3, true)], page.Items.Select(letter => (letter.Id.Sequence, letter.HasRecord)));
        Assert.All(page.Items, letter => Assert.Equal(letters[0].Reason, letter.Reason));
    }

    [Fact]
    public async Task What_repeats_an_event_that_cannot_be_read_is_stored_again_and_the_events_beside_it_are_judged_as_ever()
    {
        var events = new StoreEvents(_harness.Log, _harness.Clock);
        string[] ids = ["a", "b", "c"];
        NewEvent[] originals = [.. ids.Select(id => events.Make(id, shard: Shard.Value, payload: "one"u8.ToArray()))];
        await _harness.Log.AppendAsync(originals, new Appended[3], Cancel);
        var table = await NewestEventsAsync();
        await SpoilEventAsync(table);
        // A view with computed columns accepts rows only through a trigger.
        await _harness.ExecuteAsync($"create function {LogSchema}.put() returns trigger language plpgsql as "
            + $"'begin insert into {LogSchema}.{table}_whole select new.*; return new; end'");
        await _harness.ExecuteAsync(
            $"create trigger put instead of insert on {LogSchema}.{table} for each row execute function {LogSchema}.put()");

        NewEvent[] repeats =
        [
            originals[0], originals[1], events.Make("c", shard: Shard.Value, payload: "other"u8.ToArray()),
            events.Make("d", shard: Shard.Value), events.Make("e", shard: Other.Value),
        ];
        var verdicts = new Appended[repeats.Length];
        await _harness.Log.AppendAsync(repeats, verdicts, Cancel);
        Assert.Equal(
            [
                new(Verdict.Duplicate, 1), new(Verdict.Accepted, 4), new(Verdict.Conflict, 3),
                new(Verdict.Accepted, 5), new(Verdict.Accepted, 1),
            ],
            verdicts);
        Assert.Equal([1L, 2, 3, 4, 5], await ReadIndexAsync(Shard));
        Assert.Equal([1L], await ReadIndexAsync(Other));
    }

    [Fact]
    public async Task A_dead_letter_whose_event_cannot_be_read_is_listed_without_it_among_its_neighbours()
    {
        var leases = await _harness.Store.RenewAsync(Cancel);
        await AppendThreeAsync(Shard);
        var letters = ThreeLetters();
        await _harness.Store.CommitAsync(new ShardCommit { Fence = new Fence(Shard, leases.Single(lease => lease.Shard == Shard).Epoch), Number = 1, DeadLetters = letters }, Cancel);
        await SpoilAsync("dead_letter", "record", "sequence = 2");

        var page = await _harness.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), Cancel);
        Assert.Equal([(1L, true), (2, false), (3, true)], page.Items.Select(letter => (letter.Id.Sequence, letter.HasRecord)));
        Assert.Equal(letters[1].Reason, (await _harness.DeadLetters.FindAsync(letters[1].Id, Cancel))!.Reason);
    }

    [Fact]
    public async Task A_value_of_state_that_cannot_be_read_is_told_as_damage_and_not_as_a_store_that_is_away()
    {
        var leases = await _harness.Store.RenewAsync(Cancel);
        await _harness.Store.CommitAsync(
            new ShardCommit
            {
                Fence = new Fence(Shard, leases.Single(lease => lease.Shard == Shard).Epoch),
                Number = 1,
                State = [new StateWrite("app", new byte[] { 1 }, new byte[] { 11 }), new StateWrite("app", new byte[] { 2 }, new byte[] { 22 })],
            }, Cancel);
        await SpoilAsync("state", "value", "key = '\\x01'");

        StateKey damaged = new(Shard, new byte[] { 1 }), sound = new(Shard, new byte[] { 2 });
        var other = sound with { Shard = new ShardId(Shard.Value + 1) };
        var failure = await Assert.ThrowsAsync<InvalidDataException>(
            async () => await _harness.State.ReadAsync("app", [damaged, sound], Cancel));
        Assert.StartsWith($"A value in the state of application app in shard {Shard} is damaged.", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<InvalidDataException>(
            async () => await _harness.State.ReadAsync("app", [other, damaged], Cancel));
        Assert.Contains($"in one of the shards {Shard}, {other.Shard} is damaged.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(22, (await _harness.State.ReadAsync("app", [sound], Cancel))[0]!.Value.Span[0]);
    }

    private string LogSchema => $"{_harness.Options.Schema}_log";

    private async Task<string> NewestEventsAsync() => (string)(await _harness.ExecuteAsync(
        $"select tablename::text from pg_tables where schemaname = '{LogSchema}' and tablename like 'event%' "
        + "order by length(tablename) desc, 1 desc limit 1"))!;

    private async Task AppendThreeAsync(ShardId shard) =>
        await _harness.Log.AppendAsync(
            new StoreEvents(_harness.Log, _harness.Clock).Make(3, shard: shard.Value), new Appended[3], Cancel);

    private static NewDeadLetter[] ThreeLetters()
    {
        var reason = new DeadLetterReason("max-age", "d", 4, 503, 1000, 2_000_000_000_000);
        return [.. Enumerable.Range(1, 3).Select(
            sequence => new NewDeadLetter(new DeadLetterId(Shard, 7, 0, sequence), "sub", "topic", reason, default))];
    }

    /// <summary>Makes the second event of the shard unreadable.</summary>
    private Task SpoilEventAsync(string table) => SpoilAsync(table, "record", $"shard = {Shard.Value} and sequence = 2", schema: LogSchema);

    private async Task<IEnumerable<long>> ReadIndexAsync(ShardId shard)
    {
        var into = new IndexEntry[10];
        var read = await _harness.Log.ReadIndexAsync(shard, 1, into, Cancel);
        return into.Take(read.Count).Select(entry => entry.Sequence);
    }

    private Task SpoilAsync(string table, string column, string row, string? schema = null, string reading = "%") =>
        SpoiltRow.MakeAsync(_harness, table, column, row, schema, reading);

    internal sealed class Heard : IEventSink
    {
        public List<string> All { get; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => All.Add($"{sequence}");

        public void OnDamaged(long sequence, string damage) => All.Add($"{sequence} damaged");
    }
}
