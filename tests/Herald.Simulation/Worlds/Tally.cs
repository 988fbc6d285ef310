using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Simulation.Judges;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Worlds;

/// <summary>
/// An application whose state records, for each key, which events it has taken and in which order. From some events it makes another event.
/// Some events it cannot take at all. Now and then it cannot reach what it needs, and the engine must call it again.
/// </summary>
/// <param name="ticksUnderBacklog">Its ticks can overtake events.</param>
internal sealed class Tally(Simulator simulator, TenantId tenant, bool ticksUnderBacklog) : IApplication
{
    // The prefix of the ids of events it makes. The rest names the shard and the sequence of the original.
    private const string Made = "made/";

    public TenantId Tenant => tenant;

    public bool TicksUnderBacklog => ticksUnderBacklog;

    public string Name => "tally";

    public string Topic => WorldPlan.Topics[0];

    /// <summary>The topic of the events it makes.</summary>
    public static string MadeTopic => WorldPlan.Topics[1];

    /// <summary>For each shard, when its last tick began, by the world's clock.</summary>
    public Dictionary<ShardId, long> Ticked { get; } = [];

    /// <summary>How many sequences of a shard's log the application in this process has not read, as the engine knows it.</summary>
    public required Func<SimProcess, ShardId, long> Unread { get; init; }

    /// <summary>How many events after a sequence of a shard's log are not for the application.</summary>
    public required Func<ShardId, long, int> Others { get; init; }

    public IShardApplication Begin(ShardId shard) => new InShard(this, simulator, shard);

    public static byte[] Add(ReadOnlySpan<byte> state, long sequence) => [.. state, .. BitConverter.GetBytes((int)sequence)];

    public static string Show(ReadOnlySpan<byte> state) => string.Join(' ', MemoryMarshal.Cast<byte, int>(state).ToArray());

    public static (int Ticks, long Last) ReadTicks(ReadOnlySpan<byte> state) =>
        state.IsEmpty ? default : (BitConverter.ToInt32(state), BitConverter.ToInt64(state[sizeof(int)..]));

    private static byte[] WriteTicks(int ticks, long last) => [.. BitConverter.GetBytes(ticks), .. BitConverter.GetBytes(last)];

    public static ReadOnlySpan<byte> KeyOf(EventView view) => view.HasKey ? view.Key : "-"u8;

    /// <summary>The application can never take such an event.</summary>
    public static bool Refuses(EventView view) => view.Payload.Length % 13 == 5;

    /// <summary>Not for events that Herald made itself: they would go round for ever.</summary>
    public static bool MakesMore(EventView view) => view.Payload.Length % 4 == 1 && (view.Flags & EventFlags.Emitted) == 0;

    public static string MadeOf(int shard, long sequence) => string.Create(CultureInfo.InvariantCulture, $"{Made}{shard}/{sequence}");

    /// <summary>The application made this event, and it is not a forward of such an event.</summary>
    public static bool IsMade(EventView view) => (view.Flags & (EventFlags.Emitted | EventFlags.Addressed)) == EventFlags.Emitted && view.Hops == 0
        && view.IdText.StartsWith(Made, StringComparison.Ordinal);

    /// <summary>The key of the state that its ticks change. No event has this key.</summary>
    public static ReadOnlySpan<byte> TicksKey => "ticks"u8;

    public static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(5);

    private sealed class InShard(Tally tally, Simulator simulator, ShardId shard) : IShardApplication
    {
        private readonly TickCheck _ticks = new(tally, simulator, shard);

        public TimeSpan TickEvery => Tally.TickEvery;

        public bool TicksUnderBacklog => tally.TicksUnderBacklog;

        public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            try
            {
                await TakeAllAsync(batch, cancel);
            }
            catch (Exception failure) when (failure is not (NotSupportedException or StoreUnavailableException or OperationCanceledException))
            {
                // The engine makes a dead letter of what an application throws.
                simulator.Broken = failure as Violation ?? new Violation($"the application failed: {failure}");
                throw;
            }
        }

        private async ValueTask TakeAllAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            _ticks.OnCall(batch);
            batch.Need(TicksKey);
            foreach (var one in batch.Events)
                batch.Need(KeyOf(one.View));
            await batch.LoadAsync(cancel);
            if (simulator.Draw(0.03))
            {
                simulator.Reached.Count("batches that an application could not take just then");
                throw new StoreUnavailableException("What the application needs does not answer.");
            }
            CountTick(batch);
            var made = await batch.TopicAsync(MadeTopic, cancel);
            foreach (var one in batch.Events)
                Take(batch, one, made);
            if (batch.Events.Count > 0)
                simulator.Reached.Count("batches of an application");
            _ticks.OnTaken(batch);
        }

        // The state of ticks: how many there have been, and the last sequence that was taken.
        private static void CountTick(ApplicationBatch batch)
        {
            var (ticks, last) = ReadTicks((batch.Get(TicksKey) ?? default).Span);
            if (batch.Events.Count == 0)
                ticks++;
            foreach (var one in batch.Events)
                last = Refuses(one.View) ? last : one.Sequence;
            batch.Set(TicksKey, WriteTicks(ticks, last));
        }

        // It fails after it has put work into the batch. Nothing of that work is allowed to stay.
        private void Take(ApplicationBatch batch, ApplicationEvent one, Topic made)
        {
            var key = KeyOf(one.View);
            batch.Set(key, Add((batch.Get(key) ?? default).Span, one.Sequence));
            if (MakesMore(one.View))
            {
                batch.Emit(made, new EventDraft
                {
                    Id = Encoding.UTF8.GetBytes(MadeOf(shard.Value, one.Sequence)),
                    HasId = true,
                    Key = one.View.Key,
                    HasKey = one.View.HasKey,
                    Payload = "{}"u8,
                });
            }
            if (Refuses(one.View))
                throw new NotSupportedException("An event that the application cannot take.");
        }
    }
}
