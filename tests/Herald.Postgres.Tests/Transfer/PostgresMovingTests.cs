using Herald.Contracts.Stores;
using Herald.Contracts.Transfer;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Postgres.Tests.Damage;
using Herald.Postgres.Transfer;
using Xunit;

namespace Herald.Postgres.Tests.Transfer;

/// <summary>A move from one schema to another: what is there afterwards, and what prevents it.</summary>
public sealed class PostgresMovingTests : IAsyncLifetime
{
    private readonly PostgresHarness _from = new(o => o with { ShardCount = 4, Lease = TimeSpan.FromSeconds(1) });

    // A running node must renew within its lease even on a busy machine, so this lease is longer.
    private readonly PostgresHarness _to = new(o => o with { ShardCount = 64, Lease = TimeSpan.FromSeconds(5) });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _from.StartAsync();
        await _to.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _from.DisposeAsync();
        await _to.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_was_never_used_gives_way_and_events_lie_in_tables_by_their_age()
    {
        await FillAsync(hours: 5);
        var told = await TellAsync(_from);
        await ImportAsync(await ExportAsync(_from));
        var again = await TellAsync(_to);
        Assert.Equal(told.Shape!.Shards, again.Shape!.Shards);
        for (var section = MoveSection.Catalog; section < MoveSection.End; section++)
            Assert.Equal(told.Lines(section), again.Lines(section));
        Assert.Equal(15, told.Count(MoveSection.Events));
        Assert.Equal((2, 2, 1), (told.Count(MoveSection.Catalog), told.Count(MoveSection.Progress), told.Count(MoveSection.DeadLetters)));
        Assert.Equal(5L, await _to.ExecuteAsync($"select count(*) from {_to.Options.Schema}.period"));

        await _to.ReopenAsync();
        Assert.Equal((4, _from.Store.HashSeed), (_to.Store.ShardCount, _to.Store.HashSeed));
        // The new store behaves like the old one: repeated events are recognised, new ones follow, and the oldest tables are removed first.
        _to.Clock.Advance(_from.Clock.GetUtcNow() - _to.Clock.GetUtcNow());
        var events = new StoreEvents(_to.Store, _to.Clock);
        var verdicts = new Appended[2];
        await _to.Store.AppendAsync(new[] { events.Make("hour-4", shard: 1), events.Make("fresh", shard: 1) }, verdicts, Cancel);
        Assert.Equal([new Appended(Verdict.Duplicate, 5), new Appended(Verdict.Accepted, 6)], verdicts);
        var lease = (await _to.Store.RenewAsync(Cancel)).Single(l => l.Shard.Value == 1);
        var progress = await _to.Store.LoadAsync(new Fence(lease.Shard, lease.Epoch), Cancel);
        Assert.Equal(["one", "two"], progress.Records.Select(record => System.Text.Encoding.UTF8.GetString(record.Span)));
        Assert.Equal(3, (await _to.Store.ChangeAsync([new CatalogWrite("topic", "new", 0, 0, StoreEvents.Payload("x"))], Cancel)).Version);
    }

    [Fact]
    public async Task A_schema_that_has_a_store_is_refused_and_left_as_it_is()
    {
        await FillAsync(hours: 1);
        var file = await ExportAsync(_from);
        await _to.Store.ChangeAsync([new CatalogWrite("topic", "mine", 0, 0, StoreEvents.Payload("x"))], Cancel);
        await _to.Store.DisposeAsync();
        var refused = await Assert.ThrowsAsync<MoveRefusedException>(() => ImportAsync(file));
        Assert.Contains($"Schema '{_to.Options.Schema}' already contains a store: its catalog has version 1, and it has never had events", refused.Message, StringComparison.Ordinal);
        await _to.ReopenAsync();
        Assert.Equal(("mine", 64), (Assert.Single((await _to.Store.ReadAsync(0, 100, Cancel)).Records).Id, _to.Store.ShardCount));

        await _from.Store.DisposeAsync();
        await Assert.ThrowsAsync<MoveRefusedException>(() => OpenTargetAsync(_from));
    }

    [Fact]
    public async Task A_node_that_lives_is_in_the_way_and_one_that_was_killed_is_not()
    {
        await FillAsync(hours: 1);
        var file = await ExportAsync(_from);
        using var over = new CancellationTokenSource();
        var node = await PostgresStore.OpenAsync(_to.Options with { Node = "anna" }, TimeProvider.System, cancel: Cancel);
        var beating = BeatAsync(node, over.Token);
        Assert.Contains("Node 'anna'", (await Assert.ThrowsAsync<StoreBusyException>(() => ImportAsync(file))).Message, StringComparison.Ordinal);
        Assert.Contains("Node 'anna'", (await Assert.ThrowsAsync<StoreBusyException>(() => ExportAsync(_to))).Message, StringComparison.Ordinal);

        await over.CancelAsync();
        await beating;
        Assert.Equal(1L, await _to.ExecuteAsync($"select count(*) from {_to.Options.Schema}.node"));
        await ImportAsync(file);
        Assert.Equal(0L, await _to.ExecuteAsync($"select count(*) from {_to.Options.Schema}.node"));
        await node.DisposeAsync();
    }

    [Fact]
    public async Task Of_two_imports_one_is_turned_away()
    {
        await FillAsync(hours: 1);
        var file = await ExportAsync(_from);
        await using var first = await OpenTargetAsync(_to);
        await Assert.ThrowsAsync<StoreBusyException>(() => ImportAsync(file));
        await using var reader = await ExportFileReader.OpenAsync(new MemoryStream(file), Cancel);
        await StoreMove.RunAsync(reader, first, Cancel);
        await Assert.ThrowsAsync<MoveRefusedException>(() => ImportAsync(file));
    }

    [Fact]
    public async Task An_import_that_ends_early_leaves_the_schema_as_it_was()
    {
        await FillAsync(hours: 2);
        var file = await ExportAsync(_from);
        await Assert.ThrowsAsync<ExportFileException>(() => ImportAsync(file[..^30]));
        Assert.Equal(64, await _to.ExecuteAsync($"select shard_count from {_to.Options.Schema}.store"));
        Assert.Equal(0L, await _to.ExecuteAsync($"select count(*) from {_to.Options.Schema}_log.event_1"));
        await ImportAsync(file);
        Assert.Equal(4, await _to.ExecuteAsync($"select shard_count from {_to.Options.Schema}.store"));
    }

    [Fact]
    public async Task A_node_that_opened_the_store_before_it_was_replaced_cannot_begin_to_use_it()
    {
        await FillAsync(hours: 1);
        await using var node = await _to.OpenAsync();
        await ImportAsync(await ExportAsync(_from));
        var refused = await Assert.ThrowsAsync<PostgresStoreException>(async () => await node.RenewAsync(Cancel));
        Assert.Contains("Restart this node", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_starts_while_an_import_is_under_way_finds_what_was_imported()
    {
        await FillAsync(hours: 1);
        var file = await ExportAsync(_from);
        await _to.ExecuteAsync($"drop table {_to.Options.Schema}_log.event_1; delete from {_to.Options.Schema}.store; delete from {_to.Options.Schema}.period");
        await using var target = await OpenTargetAsync(_to);
        var starting = _to.OpenAsync().AsTask();
        await using (var reader = await ExportFileReader.OpenAsync(new MemoryStream(file), Cancel))
            await StoreMove.RunAsync(reader, target, Cancel);
        await using var node = await starting;
        Assert.Equal((4, _from.Store.HashSeed), (node.ShardCount, node.HashSeed));
        Assert.Equal(new LogBounds(1, 1), await node.BoundsAsync(new ShardId(1), Cancel));
    }

    [Fact]
    public async Task Ids_that_have_outlived_their_events_are_told_of_because_they_stay_behind()
    {
        await FillAsync(hours: 2);
        await _from.ExecuteAsync($"delete from {_from.Options.Schema}.period where number = 1; drop table {_from.Options.Schema}_log.event_1");
        var notices = new List<string>();
        await using (var source = await PostgresSource.OpenAsync(_from.Options, TimeProvider.System, notices.Add, Cancel))
            Assert.Equal(new ShardShape(2, 2, 2, 0, 0, 0) with { OldestMs = source.Shape.Shards[1].OldestMs, NewestMs = source.Shape.Shards[1].OldestMs, SettledBelow = 2 }, source.Shape.Shards[1]);
        Assert.Contains("1 remembered ids belong to events that are no longer kept", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_database_cannot_read_back_is_told_without_what_it_held_and_everything_else_whole()
    {
        await FillAsync(hours: 3);
        var whole = await TellAsync(_from);
        var log = $"{_from.Options.Schema}_log";
        await SpoiltRow.MakeAsync(_from, "event_2", "record", "shard = 1", log);
        await SpoiltRow.MakeAsync(_from, "event_3", "record", "shard = 2", log);
        await SpoiltRow.MakeAsync(_from, "dead_letter", "record", "sequence = 1");
        await SpoiltRow.MakeAsync(_from, "catalog", "body", "id = 'kept'", reading: "%c.heads, c.body%");
        await SpoiltRow.MakeAsync(_from, "progress", "record", "number = 1");

        await using var source = await PostgresSource.OpenAsync(_from.Options, TimeProvider.System, _ => { }, Cancel);
        var told = await ToldStore.OfAsync(source, Cancel);
        Assert.Equal(
            ["topic 'kept'", "a record of the progress of shard 1", "event 2 of shard 1", "event 3 of shard 2", "the event of a dead letter, 1 of shard 1"],
            source.Unread.Named);
        Assert.Equal(5, source.Unread.Count);
        Assert.Equal((2, 2, 9, 1), (told.Count(MoveSection.Catalog), told.Count(MoveSection.Progress), told.Count(MoveSection.Events), told.Count(MoveSection.DeadLetters)));
        Assert.Equal(7, whole.Lines(MoveSection.Events).Intersect(told.Lines(MoveSection.Events)).Count());
        Assert.Single(whole.Lines(MoveSection.Catalog).Intersect(told.Lines(MoveSection.Catalog)));
        Assert.Single(whole.Lines(MoveSection.Progress).Intersect(told.Lines(MoveSection.Progress)));
        Assert.Equal(whole.Lines(MoveSection.State), told.Lines(MoveSection.State));
        Assert.Equal(whole.Lines(MoveSection.Sources), told.Lines(MoveSection.Sources));

        // The importing store knows these events as damaged.
        await ImportAsync(await ExportAsync(_from));
        await _to.ReopenAsync();
        var heard = new UnreadableRowTests.Heard();
        await _to.Log.ReadEventsAsync(new ShardId(1), new long[] { 1, 2, 3 }, heard, Cancel);
        Assert.Equal(["1", "2 damaged", "3"], heard.All);
    }

    [Fact]
    public async Task Where_no_store_is_there_is_nothing_to_export()
    {
        await _from.ExecuteAsync($"delete from {_from.Options.Schema}.store");
        await Assert.ThrowsAsync<MoveRefusedException>(() => ExportAsync(_from));
    }

    /// <summary>Appends three events an hour, each hour in a table of its own, and a little of everything else.</summary>
    private async Task FillAsync(int hours)
    {
        var (store, events) = (_from.Store, new StoreEvents(_from.Store, _from.Clock));
        await store.ChangeAsync([new CatalogWrite("topic", "kept", 0, 0, StoreEvents.Payload("x"))], Cancel);
        await store.ChangeAsync([new CatalogWrite("topic", "gone", 0, null, null)], Cancel);
        var lease = (await store.RenewAsync(Cancel)).Single(l => l.Shard.Value == 1);
        for (var hour = 0; hour < hours; hour++)
        {
            if (hour > 0)
            {
                _from.Clock.Advance(TimeSpan.FromHours(1));
                await store.RenewAsync(Cancel);
                await store.KeepAsync(TimeSpan.FromMinutes(1));
            }
            await store.AppendAsync(new[] { events.Make($"hour-{hour}", shard: 1), events.Make(shard: 2), events.Make(shard: 3) }, new Appended[3], Cancel);
        }
        var letter = new NewDeadLetter(new DeadLetterId(lease.Shard, 1, 0, 1), "s", "topic", new DeadLetterReason("r", "", 1, 500, 1, 2), default);
        var commit = new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = 1, Progress = StoreEvents.Payload("one"), IsCheckpoint = true, SettledBelow = 1 };
        await store.CommitAsync(commit with { DeadLetters = [letter], State = [new StateWrite("a", StoreEvents.Payload("k"), StoreEvents.Payload("v"))] }, Cancel);
        await store.CommitAsync(commit with { Number = 2, Progress = StoreEvents.Payload("two"), IsCheckpoint = false, SettledBelow = 2 }, Cancel);
        await store.SaveSourcePositionAsync(new SourcePosition("source", 7), Cancel);
        await store.DisposeAsync();
    }

    private static async Task BeatAsync(PostgresStore node, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            await node.RenewAsync(Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, until).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static async Task<ToldStore> TellAsync(PostgresHarness harness)
    {
        await using var source = await PostgresSource.OpenAsync(harness.Options, TimeProvider.System, _ => { }, Cancel);
        return await ToldStore.OfAsync(source, Cancel);
    }

    private static async Task<byte[]> ExportAsync(PostgresHarness harness)
    {
        await using var source = await PostgresSource.OpenAsync(harness.Options, TimeProvider.System, _ => { }, Cancel);
        using var file = new MemoryStream();
        await using var writer = new ExportFileWriter(file);
        await StoreMove.RunAsync(source, writer, Cancel);
        return file.ToArray();
    }

    private async Task ImportAsync(byte[] file)
    {
        await using var reader = await ExportFileReader.OpenAsync(new MemoryStream(file), Cancel);
        await using var target = await OpenTargetAsync(_to);
        await StoreMove.RunAsync(reader, target, Cancel);
    }

    private async Task<PostgresTarget> OpenTargetAsync(PostgresHarness harness)
    {
        // Only ids that were accepted within the window are moved, by the clock of the import.
        return await PostgresTarget.OpenAsync(harness.Options, new ClockAt(_from.Clock), _ => { }, Cancel);
    }

    /// <summary>Shows the time of another clock, but waits by the real one.</summary>
    private sealed class ClockAt(StoreClock shown) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => shown.GetUtcNow();
    }
}
