using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores.Histories;

/// <summary>
/// Plays a random life of a store. Each step asks the store for something, compares the answer with the model's, and does the same to the
/// model. What is drawn depends only on the seed and on the answers.
/// </summary>
internal sealed partial class StoreWalk(StoreHarness harness, StoreFacts facts, Random random, Action<string> tell)
{
    private const int Shards = 3, RepliesRemembered = 8, MostRenewals = 1_000;
    private static readonly string[] Keys = ["a", "b", "c", "d"], Sources = ["kafka/x/0", "nats/y"], Applications = ["orders", "alarms"];

    private readonly ModelStore _model = new(harness.Log.ShardCount, facts.DeadLetterBytes);
    private readonly StoreEvents _events = new(harness.Log, harness.Clock);
    private readonly List<Fence> _stale = [];
    private int _texts;

    public SortedDictionary<string, int> Reached { get; } = new(StringComparer.Ordinal);

    private StoreCheck Check => field ??= new StoreCheck(harness, _model, facts, random);
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private long NowMs => harness.Clock.NowMs;
    private long RememberedSinceMs => NowMs - (long)StoreFacts.DuplicateWindow.TotalMilliseconds;

    public async Task RunAsync(int steps)
    {
        await RenewAsync();
        for (var i = 0; i < steps; i++)
        {
            // Longer than the time between two dead letters of one commit.
            harness.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(5, 10)));
            await StepAsync();
            if (i % 10 == 9)
                await Check.ShardAsync(random.Next(Shards));
            if (i % 40 == 39)
                await Check.RestAsync();
        }
        await ReopenAsync();
    }

    private Task StepAsync() => random.Next(100) switch
    {
        < 34 => AppendAsync(),
        < 40 => SavePositionAsync(),
        < 66 => CommitAsync(),
        < 72 => RepeatAsync(),
        < 75 => CommitStaleAsync(),
        < 80 => NoteAsync(),
        < 88 => ChangeCatalogAsync(),
        < 91 => DiscardAsync(),
        < 94 => RedriveAsync(),
        < 96 => ReleaseAsync(),
        < 98 => ReopenAsync(),
        98 => FreeAsync(),
        _ => RenewAsync(),
    };

    private async Task AppendAsync()
    {
        var events = DrawEvents(random.Next(1, 7));
        var verdicts = new Appended[events.Length];
        await harness.Log.AppendAsync(Array.ConvertAll(events, one => one.Event), verdicts, Cancel);
        tell($"append {Told(events, verdicts)}");
        Take(events, verdicts);
    }

    private async Task SavePositionAsync()
    {
        var source = Draw(Sources);
        long? stored = _model.Positions.TryGetValue(source, out var known) ? known : null;
        var position = Math.Max(0, (stored ?? 0) + random.Next(-3, 6));
        tell($"save position {position} of {source}, after {stored}");
        try
        {
            await harness.Positions.SaveSourcePositionAsync(new SourcePosition(source, position), Cancel);
        }
        catch (StoreFullException) when (facts.IsShort)
        {
            Reach("no room for a position");
            return;
        }
        if (position <= stored)
            Reach("position that would fall");
        else
            _model.Positions[source] = position;
    }

    private void Take(ModelEvent[] events, Appended[] verdicts)
    {
        var full = new HashSet<int>();
        for (var i = 0; i < events.Length; i++)
        {
            Reach($"{verdicts[i].Verdict}");
            var allowed = _model.Logs[events[i].Shard].Allowed(events[i], RememberedSinceMs, facts.IsShort);
            if (verdicts[i].Verdict == Verdict.NoRoom)
            {
                Assert.True(facts.IsShort && verdicts[i].Sequence == 0, $"no room for {events[i]}");
                full.Add(events[i].Shard);
                continue;
            }
            var isAllowed = allowed.Contains(verdicts[i]);
            Assert.True(isAllowed, $"{events[i]} is {Told(verdicts[i])}, not {string.Join(" or ", allowed.Select(Told))}");
            if (verdicts[i].Verdict != Verdict.Accepted)
                continue;
            Assert.False(full.Contains(events[i].Shard), $"{events[i]} was taken, and one before it was not");
            _model.Accept(events[i]);
        }
    }

    private async Task CommitAsync()
    {
        var fence = DrawFence();
        var (shard, owner, log) = (fence.Shard.Value, _model.Owners[fence.Shard.Value], _model.Logs[fence.Shard.Value]);
        var emitted = Draw(0.3) ? Enumerable.Range(0, random.Next(1, 4)).Select(_ => DrawEmitted()).ToArray() : [];
        // Where room is short, most events are settled. Otherwise no room would ever come back.
        var below = Draw(0.4) ? random.NextInt64(facts.IsShort ? log.Last * 3 / 4 : 0, log.Last + 2) : 0;
        var commit = new ShardCommit
        {
            Fence = fence,
            Number = owner.LastNumber + 1,
            Progress = Draw(0.8) ? StoreEvents.Payload(Text("p")) : default,
            IsCheckpoint = Draw(0.15),
            SettledBelow = below,
            IsAllKept = Draw(0.2),
            Kept = Draw(0.3) ? [DrawKept(log.Last)] : [],
            Emitted = [.. emitted.Select(one => one.Event)],
            State = Draw(0.4) ? [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => DrawState())] : [],
            DeadLetters = Draw(0.3) ? DrawLetters(shard) : [],
            History = Draw(0.2) && log.Last > 0 ? DrawHistory(log.Last) : null,
        };
        // A checkpoint replaces all records, so without a record of its own it would leave none.
        if (commit.Progress.IsEmpty)
            commit = commit with { IsCheckpoint = false };
        CommitReply reply;
        try
        {
            reply = await harness.Shards.CommitAsync(commit, Cancel);
        }
        catch (StoreFullException) when (facts.IsShort)
        {
            tell($"no room for a commit {fence}");
            Reach("no room for a commit");
            return;
        }
        tell(Told(commit, emitted, reply));
        var heads = _model.Heads;
        Assert.Equal(emitted.Select(one => new Appended(Verdict.Accepted, ++heads[one.Shard])), reply.Emitted);
        _model.Commit(commit, emitted, reply);
        Free(shard);
    }

    private async Task RepeatAsync()
    {
        var fence = DrawFence();
        var applied = _model.Owners[fence.Shard.Value].Applied.TakeLast(RepliesRemembered).ToList();
        if (applied.Count == 0)
            return;
        var (commit, reply) = Draw(applied);
        tell($"repeat commit {fence} {commit.Number}");
        Reach("commit repeated");
        Assert.Equal(reply.Emitted, (await harness.Shards.CommitAsync(commit, Cancel)).Emitted);
        await Check.ShardAsync(fence.Shard.Value);
    }

    private async Task CommitStaleAsync()
    {
        if (_stale.Count == 0)
            return;
        var fence = Draw(_stale);
        tell($"stale commit {fence}");
        Reach("owner of before refused");
        var commit = new ShardCommit
        {
            Fence = fence,
            Number = random.Next(1, 20),
            Progress = StoreEvents.Payload(Text("stale")),
            IsCheckpoint = Draw(0.5),
            Emitted = [.. Enumerable.Range(0, random.Next(2)).Select(_ => DrawEmitted().Event)],
            State = [DrawState()],
        };
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await harness.Shards.CommitAsync(commit, Cancel));
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await harness.Shards.LoadAsync(fence, Cancel));
        await Check.ShardAsync(fence.Shard.Value);
    }

    private Task NoteAsync()
    {
        var fence = _stale.Count > 0 && Draw(0.2) ? Draw(_stale) : DrawFence();
        var owner = _model.Owners[fence.Shard.Value];
        var note = new ShardNote(fence, owner.LastNumber + 1, 0, StoreEvents.Payload(Text("n")));
        tell($"note {fence} {note.Number}: {Encoding.UTF8.GetString(note.Progress.Span)}");
        harness.Shards.Note(note);
        if (fence.Epoch == owner.Epoch)
            owner.Note(note);
        return Task.CompletedTask;
    }

    private async Task ChangeCatalogAsync()
    {
        // Two records of one kind that one change creates would share a number. No caller of a store does that.
        var drawn = Enumerable.Range(0, random.Next(1, 4)).Select(_ => DrawWrite());
        CatalogWrite[] writes = [.. drawn.DistinctBy(one => (one.Kind, IsThere(one) ? one.Id : ""))];
        CatalogReply reply;
        try
        {
            reply = await harness.Catalog.ChangeAsync(writes, Cancel);
        }
        catch (StoreUnavailableException) when (facts.IsShort)
        {
            Reach("no room for a change");
            return;
        }
        tell($"change {string.Join(' ', writes.Select(Told))}: {reply.Version}, conflict {reply.Conflict}");
        var conflict = _model.Catalog.Change(writes, _model.Heads);
        Reach(conflict is null ? "catalog changed" : "catalog conflict");
        Assert.Equal((conflict, _model.Catalog.Version), (reply.Conflict, reply.Version));
        Assert.Equal(_model.Heads, reply.Heads);
    }

    private async Task DiscardAsync()
    {
        DeadLetterId[] ids = [.. DrawLetters().Select(one => one.Id), new DeadLetterId(new ShardId(0), 9, 9, 1)];
        tell($"discard {string.Join(' ', ids)}");
        int count;
        try
        {
            count = await harness.DeadLetters.DiscardAsync([.. ids.Select(id => new Discard(id))], Cancel);
        }
        catch (StoreUnavailableException) when (facts.IsShort)
        {
            Reach("no room for a discard");
            return;
        }
        Assert.Equal(ids.Distinct().Count(_model.Letters.Remove), count);
        Reach("discarded", ids.Length - 1);
    }

    private async Task RedriveAsync()
    {
        var letters = DrawLetters().DistinctBy(one => one.Id).ToList();
        var drawn = letters.ConvertAll(one => (Letter: one, Event: Addressed(one)));
        int count;
        try
        {
            count = await harness.DeadLetters.RedriveAsync([.. drawn.Select(one => new Redrive(one.Letter.Id, one.Event.Event))], Cancel);
        }
        catch (StoreUnavailableException) when (facts.IsShort)
        {
            Reach("no room for a redrive");
            return;
        }
        tell($"redrive {string.Join(' ', letters.Select(one => one.Id))}: {count}");
        Assert.Equal(letters.Count, count);
        foreach (var (letter, one) in drawn)
        {
            _model.Letters.Remove(letter.Id);
            _model.Accept(one);
            Reach("redriven");
        }
    }

    private async Task ReleaseAsync()
    {
        var fence = DrawFence();
        tell($"release {fence}");
        await harness.Ownership.ReleaseAsync([new Lease(fence.Shard, fence.Epoch, null)], Cancel);
        await RenewAsync();
        Assert.True(_model.Owners[fence.Shard.Value].Epoch > fence.Epoch, "a shard that was released came back under its epoch");
    }

    private async Task ReopenAsync()
    {
        tell("reopen");
        Reach("reopened");
        await harness.ReopenAsync();
        await RenewAsync();
        for (var shard = 0; shard < Shards; shard++)
            await Check.ShardAsync(shard);
        await Check.RestAsync();
    }

    private async Task FreeAsync()
    {
        tell("free");
        await harness.FreeAsync();
        for (var shard = 0; shard < Shards; shard++)
            Free(shard);
        await RenewAsync();
        await Check.LettersAsync(isFreed: true);
        await ReopenAsync();
    }

    /// <summary>Retention can run at any moment, so what is not needed now can be gone for good.</summary>
    private void Free(int shard) => Reach(
        "freed", _model.Logs[shard].MayFree(facts.IsShort ? long.MaxValue : NowMs - (long)StoreFacts.RetainFor.TotalMilliseconds));

    /// <summary>
    /// Epochs only rise. While a note is being written into the row of a free shard, only a later renewal returns this shard.
    /// </summary>
    private async Task RenewAsync()
    {
        var leases = await harness.Ownership.RenewAsync(Cancel);
        for (var tries = 0; leases.Count < harness.Log.ShardCount && tries < MostRenewals; tries++)
            leases = await harness.Ownership.RenewAsync(Cancel);
        Assert.Equal(harness.Log.ShardCount, leases.Count);
        foreach (var lease in leases.Where(one => one.Shard.Value < Shards))
        {
            var owner = _model.Owners[lease.Shard.Value];
            Assert.True(lease.Epoch >= owner.Epoch, $"shard {lease.Shard} has epoch {lease.Epoch} after {owner.Epoch}");
            if (lease.Epoch == owner.Epoch)
                continue;
            if (owner.Epoch > 0)
                _stale.Add(new Fence(lease.Shard, owner.Epoch));
            owner.TakeOver(lease.Epoch);
        }
    }

    private string Text(string of) => $"{of}{++_texts}";

    private T Draw<T>(IReadOnlyList<T> among) => among[random.Next(among.Count)];

    private bool Draw(double probability) => random.NextDouble() < probability;

    private void Reach(string what, int times = 1) => Reached[what] = Reached.GetValueOrDefault(what) + times;

    private static string Told(Appended one) => $"{one.Verdict} {one.Sequence}";

    private static string Told(ModelEvent[] events, IReadOnlyList<Appended> verdicts) =>
        string.Join(", ", events.Zip(verdicts, (one, verdict) => $"{one} {Told(verdict)}"));

    private static string Told(CatalogWrite one) => $"{one.Kind}/{one.Id} {(one.Body is null ? "gone " : "")}if {one.ExpectedVersion}";

    private static string Told(ShardCommit commit, ModelEvent[] emitted, CommitReply reply) => string.Join(
        ", ",
        $"commit {commit.Fence} {commit.Number}: {Encoding.UTF8.GetString(commit.Progress.Span)}",
        commit.IsCheckpoint ? "checkpoint" : "no checkpoint",
        $"settled {commit.SettledBelow}",
        $"kept {(commit.IsAllKept ? "all " : "")}{string.Join(' ', commit.Kept)}",
        $"emitted {Told(emitted, reply.Emitted)}",
        $"state {string.Join(' ', commit.State.Select(one => Encoding.UTF8.GetString(one.Key.Span)))}",
        $"letters {string.Join(' ', commit.DeadLetters.Select(one => one.Id.Sequence))}");
}
