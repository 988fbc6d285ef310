using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests;

/// <summary>The power goes at every single write and sync of a run that uses everything; what was acknowledged must be there afterwards.</summary>
public sealed class CrashTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_was_acknowledged_survives_a_loss_of_power_at_any_operation(int seed)
    {
        var probe = new FaultyFiles();
        await new Run(probe).PlayAsync();
        var operations = probe.Operations;
        Assert.True(operations > 100);
        for (var at = 1 + (seed % 3); at <= operations; at += 3)
        {
            try
            {
                await CrashOnceAsync(at, seed);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Crash at operation {at} of {operations}, seed {seed}.", failure);
            }
        }
    }

    private static async Task CrashOnceAsync(int at, int seed)
    {
        var files = new FaultyFiles { CrashAt = at };
        var run = new Run(files);
        await run.PlayAsync();
        var random = new Random((seed * 1_000_003) + at);
        files.PowerOn(random);
        // A second crash while recovering from the first must do no harm either.
        if (random.Next(3) == 0)
        {
            files.CrashAt = 1 + random.Next(12);
            await run.TryOpenAsync();
            files.PowerOn(random);
        }
        await run.CheckAsync();
    }

    private sealed class Run(FaultyFiles files)
    {
        private readonly StoreClock _clock = new();
        private readonly Dictionary<(ShardId, long), byte[]> _events = [];
        private readonly List<string> _progress = [];
        private readonly Dictionary<string, string> _state = [];
        private readonly Dictionary<string, long> _topics = [];
        private readonly HashSet<long> _letters = [], _maybeGone = [];
        private long _source;

        private JournalOptions Options { get; } = new()
        {
            Directory = "/simulated",
            ShardCount = 2,
            SegmentBytes = 16 << 10,
            CheckpointBytes = 16 << 10,
            MinFreeBytes = 0,
            RetainFor = TimeSpan.Zero,
        };

        /// <summary>Ends early, without an error, when the power goes.</summary>
        public async Task PlayAsync()
        {
            try
            {
                await using var store = await JournalStore.OpenAsync(Options, _clock, files, null, Cancel);
                await UseAsync(store);
            }
            catch (Exception failure) when (files.HasCrashed && failure is StoreUnavailableException or IOException)
            {
            }
        }

        public async Task TryOpenAsync()
        {
            try
            {
                await using var store = await JournalStore.OpenAsync(Options, _clock, files, null, Cancel);
            }
            catch (IOException) when (files.HasCrashed)
            {
            }
        }

        public async Task CheckAsync()
        {
            await using var store = await JournalStore.OpenAsync(Options, _clock, files, null, Cancel);
            foreach (var ((shard, sequence), record) in _events)
            {
                var bounds = await store.BoundsAsync(shard, Cancel);
                Assert.True(sequence <= bounds.Last, $"event {sequence} of shard {shard} is lost; the log ends at {bounds.Last}");
                var sink = new Sink();
                await store.ReadEventsAsync(shard, new[] { sequence }, sink, Cancel);
                if (sequence >= bounds.First)
                    Assert.Equal(record, sink.Record);
            }
            var owner = (await store.RenewAsync(Cancel))[0];
            var progress = await store.LoadAsync(new Fence(owner.Shard, owner.Epoch), Cancel);
            var texts = progress.Records.Select(r => System.Text.Encoding.UTF8.GetString(r.Span)).ToArray();
            Assert.Equal(_progress, texts.Take(_progress.Count));
            foreach (var (key, value) in _state)
            {
                var read = await store.ReadAsync(new ShardId(0), "app", [StoreEvents.Payload(key)], Cancel);
                var text = System.Text.Encoding.UTF8.GetString(read[0]!.Value.Span);
                Assert.True(string.CompareOrdinal(text, value) >= 0, $"state {key} is {text}, not {value}");
            }
            var catalog = await store.ReadAsync(0, Cancel);
            foreach (var (topic, version) in _topics)
                Assert.Contains(catalog.Records, r => r.Id == topic && r.Version >= version);
            var letters = (await store.ListAsync(new DeadLetterQuery(null, null, 1000, null), Cancel)).Items;
            Assert.Equal(_letters.Where(l => !_maybeGone.Contains(l)).Order(), letters.Select(l => l.Id.Sequence).Intersect(_letters).Where(l => !_maybeGone.Contains(l)).Order());
            Assert.All(letters, l => Assert.NotEmpty(l.Record.ToArray()));
            Assert.True(await store.ReadSourcePositionAsync("s", Cancel) is var position && (position ?? 0) >= _source);

            var verdicts = new Appended[1];
            var fresh = new StoreEvents(store, _clock).Make("fresh", shard: 0);
            await store.AppendAsync(new[] { fresh }, verdicts, null, Cancel);
            Assert.Equal((await store.BoundsAsync(new ShardId(0), Cancel)).Last, verdicts[0].Sequence);
        }

        private async Task UseAsync(JournalStore store)
        {
            var events = new StoreEvents(store, _clock);
            var owner = (await store.RenewAsync(Cancel))[0];
            for (var i = 1; i <= 30; i++)
            {
                NewEvent[] batch = [
                    events.Make($"a{i}", shard: 0, payload: new byte[700]),
                    events.Make($"b{i}", shard: 1, payload: new byte[300]),
                ];
                var verdicts = new Appended[2];
                await store.AppendAsync(batch, verdicts, new SourcePosition("s", i), Cancel);
                _source = i;
                for (var k = 0; k < 2; k++)
                    if (verdicts[k].Verdict == Verdict.Accepted)
                        _events[(batch[k].Shard, verdicts[k].Sequence)] = batch[k].Record.ToArray();

                var letter = new DeadLetterId(new ShardId(0), 1, 0, verdicts[0].Sequence);
                var emitted = events.Make($"e{i}", shard: 1);
                var reply = await store.CommitAsync(
                    new ShardCommit
                    {
                        Fence = new Fence(owner.Shard, owner.Epoch),
                        Number = i,
                        Progress = StoreEvents.Payload($"{i:D3}"),
                        SettledBelow = verdicts[0].Sequence + 1,
                        Emitted = [emitted],
                        State = [new StateWrite("app", StoreEvents.Payload($"k{i % 5}"), StoreEvents.Payload($"{i:D3}"))],
                        DeadLetters = [new NewDeadLetter(letter, "s", "topic", new DeadLetterReason("max-age", "", 1, null, 1, _clock.NowMs), default)],
                        History = new HistoryBlock(i, i, _clock.NowMs, new byte[50]),
                    },
                    Cancel);
                _events[(emitted.Shard, reply.Emitted[0].Sequence)] = emitted.Record.ToArray();
                _progress.Add($"{i:D3}");
                _state[$"k{i % 5}"] = $"{i:D3}";
                _letters.Add(letter.Sequence);
                if (i % 7 == 0)
                {
                    _topics[$"t{i}"] = (await store.ChangeAsync([new CatalogWrite("topic", $"t{i}", 0, StoreEvents.Payload("x"))], Cancel)).Version;
                    _maybeGone.Add(letter.Sequence);
                    await store.DiscardAsync([letter], Cancel);
                }
                if (i % 10 == 0)
                {
                    var second = (await store.RenewAsync(Cancel))[1];
                    await store.CommitAsync(
                        new ShardCommit { Fence = new Fence(second.Shard, second.Epoch), Number = i / 10, SettledBelow = reply.Emitted[0].Sequence + 1 }, Cancel);
                    _clock.Advance(TimeSpan.FromSeconds(20));
                }
            }
        }
    }

    private sealed class Sink : IEventSink
    {
        public byte[] Record { get; private set; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Record = record.ToArray();
    }
}
