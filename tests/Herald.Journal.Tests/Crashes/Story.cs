using System.Globalization;
using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests.Crashes;

/// <summary>
/// A scripted run that uses everything in a journal (appends with ids, several at once, full commits, the catalog, dead letters,
/// checkpoints, retention, a backup) and records what was acknowledged. However it ends, the journal must then be in one of the states that
/// the acknowledgements allow: it has all that was acknowledged, and each unanswered change completely or not at all.
/// </summary>
internal sealed class Story(FaultyFiles files, int seed)
{
    public const int MostRounds = 100;
    private const string Home = "/simulated";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly StoreClock _clock = new();
    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();
    private readonly List<Change> _pending = [];

    // Notes that a loss of power can still remove. The answer to any later write makes them durable.
    private readonly List<Change> _notes = [];
    private readonly List<(string Directory, World World)> _backups = [];
    private readonly List<(NewEvent Event, long Sequence)> _named = [];
    private World _acknowledged = new();
    private int _round;
    private long _epoch;

    /// <summary>What the journal reported to its operator.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>The state that was acknowledged. It is the whole state when no request is unanswered.</summary>
    public World Acknowledged => _acknowledged;

    /// <summary>
    /// When true, the run may end with a loss of power, which loses the last notes. Otherwise only the process ends, and the notes remain.
    /// </summary>
    public bool LosesPower { get; set; } = true;

    /// <summary>A journal of this story has failed and had to stop.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>Segments are small and few ids are remembered, so that even a short run rolls and rotates everything.</summary>
    public static JournalOptions Options(string directory = Home) => new()
    {
        Directory = directory,
        ShardCount = World.Shards,
        SegmentBytes = 16 << 10,
        CheckpointBytes = 16 << 10,
        MinFreeBytes = 0,
        RetainFor = TimeSpan.Zero,
        DuplicateEntries = 40,
    };

    /// <summary>Continues the script. Ends early, without an error, when the disk or the power fails.</summary>
    /// <param name="beforeEnd">Called when the script is done and the journal is still open.</param>
    public async Task PlayAsync(int rounds, Action? beforeEnd = null)
    {
        try
        {
            await using var store = await OpenAsync();
            try
            {
                for (var last = _round + rounds; _round < last;)
                    await RoundAsync(store, ++_round);
                beforeEnd?.Invoke();
            }
            finally
            {
                HasStopped |= store.Failed.IsCompleted;
            }
        }
        catch (Exception failure) when (failure is StoreUnavailableException or IOException && failure is not JournalDamagedException)
        {
        }
    }

    /// <summary>Whether the store was full: it may then have deleted history to make room for more important data.</summary>
    public bool MayForgetHistory { get; init; }

    /// <summary>Opens and closes the journal. Returns whether that succeeded.</summary>
    public async Task<bool> TryOpenAsync()
    {
        try
        {
            await using var store = await OpenAsync();
            return true;
        }
        catch (IOException failure) when (failure is not JournalDamagedException)
        {
            return false;
        }
    }

    /// <summary>
    /// Opens the journal, compares all its answers with what was acknowledged, and sends unanswered requests again, as a caller would.
    /// </summary>
    public async Task CheckAsync()
    {
        // With this retention, nothing is freed during the comparison.
        await using (var store = await OpenAsync(Options() with { RetainFor = TimeSpan.FromDays(1) }))
        {
            var firsts = await Questions.FirstsAsync(store);
            var answers = await Questions.AskAsync(store);
            _acknowledged = WorldSearch.Find(_acknowledged, _pending, firsts, answers, MayForgetHistory);
            if (_acknowledged.Answers(firsts).Keys.Any(question => question.StartsWith(Questions.Kept, StringComparison.Ordinal)))
                files.Tally.Count("events kept apart from the log");
            await AskAgainAsync(store);
        }
        foreach (var (directory, world) in _backups)
        {
            await using var copy = await JournalStore.OpenAsync(Options(directory) with { RetainFor = TimeSpan.FromDays(1) }, _clock, files.Copy(), null, Cancel);
            var answers = await Questions.AskAsync(copy);
            if (MayForgetHistory)
                world.ForgetHistoryBut(answers["history"]);
            WorldSearch.AssertSame(world.Answers(await Questions.FirstsAsync(copy)), answers, $"the backup in {directory}");
        }
    }

    private async Task<JournalStore> OpenAsync(JournalOptions? options = null)
    {
        var store = await JournalStore.OpenAsync(options ?? Options(), _clock, files, Note, Cancel);
        try
        {
            var leases = await store.RenewAsync(Cancel);
            Assert.All(leases, lease => Assert.True(lease.Epoch > _epoch, $"epoch {lease.Epoch} was given before: {_epoch}"));
            _epoch = leases.Max(lease => lease.Epoch);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private async Task RoundAsync(JournalStore store, int i)
    {
        var events = new StoreEvents(store, _clock);
        var leases = await store.RenewAsync(Cancel);
        _clock.Advance(TimeSpan.FromSeconds(7));

        // Several callers at the same time. Their appends may share a frame.
        NewEvent[] batch = [Make(events, $"a{i}", 0, 700, i % 2 == 1 ? "waits" : "key"), Make(events, $"b{i}", 1, 300)];
        NewEvent[] large = [Make(events, null, 1, i % 13 == 0 ? 20_000 : 100)];
        var before = _acknowledged.Last(0);
        await Task.WhenAll(AppendAsync(store, batch), AppendAtOnceAsync(store, batch[0]), AppendAsync(store, large), RepeatAsync(store), SavePositionAsync(store, i));
        var newest = _acknowledged.Last(0);

        var commit = new ShardCommit
        {
            Fence = new Fence(leases[0].Shard, leases[0].Epoch),
            Number = 2 * i,
            Progress = StoreEvents.Payload($"p{i}"),
            IsCheckpoint = i % 8 == 0,
            SettledBelow = newest - 2,
            Kept = newest == before ? [] : KeptAt(i, batch[0].Index.KeyHash, newest),
            IsAllKept = i % 12 == 1 && newest > before,
            Emitted = [Make(events, $"e{i}", 1, 50)],
            State = [new StateWrite("app", StoreEvents.Payload($"k{i % World.Keys}"), i % 7 == 6 ? null : StoreEvents.Payload($"value {i}"))],
            DeadLetters = newest == before ? [] : [new NewDeadLetter(
                new DeadLetterId(leases[0].Shard, 1, 0, newest), "s", "topic", new DeadLetterReason($"reason-{i}", "", 1, null, 1, _clock.NowMs), default)],
            History = new HistoryBlock(i, i, _clock.NowMs, StoreEvents.Payload($"h{i}")),
        };
        await DoAsync(
            async () => await store.CommitAsync(commit, Cancel), world => world.Commit(commit),
            (world, reply) =>
            {
                world.Commit(commit, [.. reply.Emitted.Select(e => e.Sequence)]);
                _named.Add((commit.Emitted[0], reply.Emitted[0].Sequence));
            });
        await NoteAsync(store, new ShardNote(commit.Fence, (2 * i) + 1, commit.SettledBelow, StoreEvents.Payload($"note {i}")));
        if (i % 3 == 0)
            await ChangeCatalogAsync(store, i);
        if (i % 4 == 0)
            await EndLettersAsync(store, events, i);
        if (i % 5 == 0)
        {
            var settled = new ShardCommit { Fence = new Fence(leases[1].Shard, leases[1].Epoch), Number = i, SettledBelow = _acknowledged.Last(1) };
            await DoAsync(async () => await store.CommitAsync(settled, Cancel), world => world.Commit(settled), (world, _) => world.Commit(settled));
        }
        if (i % 11 == 0)
            await store.CheckpointAsync(Cancel);
        if (i % 17 == 0)
            await BackupAsync(store, i);
        await store.TickAsync(Cancel);
    }

    private async Task NoteAsync(JournalStore store, ShardNote note)
    {
        var change = Begin(world => world.Note(note), []);
        store.Note(note);
        // The writer answers in order, so the note has been written once this returns.
        await store.PeekAsync(note.Fence.Shard, Cancel);
        lock (_gate)
        {
            _notes.Add(change);
            if (!LosesPower)
                Keep(_notes.ToArray());
            else
                files.Tally.Count("notes");
        }
    }

    /// <summary>A key begins to wait, later from an earlier sequence on, and finally not at all.</summary>
    private static KeptKey[] KeptAt(int i, ulong key, long newest) => (i % 12) switch
    {
        1 => [new KeptKey(key, newest)],
        7 => [new KeptKey(key, newest - 3)],
        11 => [new KeptKey(key, 0)],
        _ => [],
    };

    /// <summary>
    /// An acknowledged id with the same content is a duplicate and returns its sequence. With other content it is a conflict.
    /// </summary>
    private async Task RepeatAsync(JournalStore store)
    {
        (NewEvent Event, long Sequence)[] known;
        lock (_gate)
            known = [.. _named.TakeLast(3)];
        foreach (var (one, sequence) in known)
        {
            var verdicts = new Appended[1];
            await store.AppendAsync(new[] { one }, verdicts, Cancel);
            Assert.Equal(new Appended(Verdict.Duplicate, sequence), verdicts[0]);
        }
    }

    private Task AppendAsync(JournalStore store, NewEvent[] batch) => DoAsync(
        async () =>
        {
            var verdicts = new Appended[batch.Length];
            await store.AppendAsync(batch, verdicts, Cancel);
            return verdicts;
        },
        world => Append(world, batch, null), (world, verdicts) => Append(world, batch, verdicts),
        [.. batch.Where(one => (one.Index.Flags & EventFlags.Identified) != 0)], verdicts => verdicts.Any(one => one.Verdict == Verdict.Accepted));

    private Task SavePositionAsync(JournalStore store, int position) => DoAsync(
        async () =>
        {
            await store.SaveSourcePositionAsync(new SourcePosition("s", position), Cancel);
            return position;
        },
        world => world.ReachSource(position), (world, _) => world.ReachSource(position));

    /// <summary>
    /// Appends an event that another caller appends at the same time. <em>Duplicate</em> acknowledges the other caller's event, so it must
    /// exist from then on.
    /// </summary>
    private Task AppendAtOnceAsync(JournalStore store, NewEvent one) => DoAsync(
        async () =>
        {
            var verdicts = new Appended[1];
            await store.AppendAsync(new[] { one }, verdicts, Cancel);
            return verdicts[0];
        },
        world => world.AppendOnce(one),
        (world, appended) =>
        {
            if (appended.Verdict == Verdict.NoRoom)
                return;
            if (appended.Verdict == Verdict.Accepted)
                world.Append(one, appended.Sequence);
            else
                files.Tally.Count("duplicate while its original is under way");
            _named.Add((one, appended.Sequence));
        },
        wrote: appended => appended.Verdict == Verdict.Accepted);

    private void Append(World world, NewEvent[] batch, Appended[]? verdicts)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            if (verdicts?[i] is { Verdict: not Verdict.Accepted } refused)
            {
                Assert.Equal(Verdict.NoRoom, refused.Verdict);
                files.Tally.Count("refused for want of room");
                continue;
            }
            world.Append(batch[i], verdicts?[i].Sequence);
            if (verdicts is not null && (batch[i].Index.Flags & EventFlags.Identified) != 0)
                _named.Add((batch[i], verdicts[i].Sequence));
        }
    }

    private Task ChangeCatalogAsync(JournalStore store, int i)
    {
        CatalogWrite[] writes = i % 9 == 0
            ? [new CatalogWrite("topic", $"t{i - 3}", 0, null, null), new CatalogWrite("topic", $"t{i}", 0, null, StoreEvents.Payload("new"))]
            : [new CatalogWrite("topic", $"t{i}", 0, null, StoreEvents.Payload($"body-{i}"))];
        return DoAsync(async () => await store.ChangeAsync(writes, Cancel), world => world.Change(writes), (world, _) => world.Change(writes));
    }

    private async Task EndLettersAsync(JournalStore store, StoreEvents events, int i)
    {
        var letters = _acknowledged.Letters;
        if (letters.Count < 2)
            return;
        await DoAsync(async () => await store.DiscardAsync([new Discard(letters[0])], Cancel), world => world.Discard(letters[0]), (world, _) => world.Discard(letters[0]));
        var again = Make(events, $"r{i}", 0, 60);
        again = again with { Index = again.Index with { Flags = again.Index.Flags | EventFlags.Addressed } };
        await DoAsync(async () => await store.RedriveAsync([new Redrive(letters[1], again)], Cancel), Redrive, (world, _) => Redrive(world));

        void Redrive(World world)
        {
            world.Discard(letters[1]);
            world.Append(again);
        }
    }

    private async Task BackupAsync(JournalStore store, int i)
    {
        var directory = string.Create(CultureInfo.InvariantCulture, $"/backup-{i}-{_epoch}");
        await store.BackupAsync(directory, Cancel);
        lock (_gate)
            Keep(_notes.ToArray());
        _backups.Add((directory, _acknowledged.Copy()));
    }

    private async Task AskAgainAsync(JournalStore store)
    {
        await RepeatAsync(store);
        var pending = _pending.ToArray();
        _pending.Clear();
        _notes.Clear();
        foreach (var change in pending)
        {
            var verdicts = new Appended[change.Events.Length];
            for (var i = 0; i < verdicts.Length; i++)
                await store.AppendAsync(change.Events.AsMemory(i, 1), verdicts.AsMemory(i, 1), Cancel);
            for (var i = 0; i < verdicts.Length; i++)
            {
                if (verdicts[i].Verdict == Verdict.Accepted)
                    _acknowledged.Append(change.Events[i], verdicts[i].Sequence);
                Assert.Equal(_acknowledged.Event(change.Events[i].Shard.Value, verdicts[i].Sequence).Record.ToArray(), change.Events[i].Record.ToArray());
            }
        }
    }

    private NewEvent Make(StoreEvents events, string? id, int shard, int bytes, string key = "key")
    {
        var payload = new byte[bytes];
        _random.NextBytes(payload);
        return events.Make(id, key, payload: payload, shard: shard);
    }

    /// <summary>Sends a request. Until it is answered, it counts as possibly carried out.</summary>
    /// <param name="wrote">Whether the answer means that something was written; null for always.</param>
    private async Task DoAsync<T>(Func<Task<T>> ask, Action<World> effect, Action<World, T> answered, NewEvent[]? events = null, Func<T, bool>? wrote = null)
    {
        var change = Begin(effect, events ?? []);
        var answer = await ask();
        lock (_gate)
        {
            _pending.Remove(change);
            if (wrote is null || wrote(answer))
                Keep(change.Behind);
            answered(_acknowledged, answer);
        }
    }

    private Change Begin(Action<World> effect, NewEvent[] events)
    {
        lock (_gate)
        {
            var change = new Change(effect, events, [.. _notes]);
            _pending.Add(change);
            return change;
        }
    }

    // From now on these notes exist whatever happens.
    private void Keep(Change[] notes)
    {
        foreach (var change in notes.Where(_notes.Remove))
        {
            _pending.Remove(change);
            change.Effect(_acknowledged);
        }
    }

    private void Note(string line)
    {
        lock (Notices)
            Notices.Add(line);
    }
}
