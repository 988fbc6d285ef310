using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Worlds;

/// <summary>
/// An application whose state records, for each key, which events it has taken and in which order. From some events it makes another event.
/// Some events it cannot take at all. Now and then it cannot reach what it needs, and the engine must call it again.
/// </summary>
internal sealed class Tally(Simulator simulator, TenantId tenant) : IApplication
{
    // The prefix of the ids of events it makes. The rest names the shard and the sequence of the original.
    private const string Made = "made/";

    public TenantId Tenant => tenant;

    public string Name => "tally";

    public string Topic => WorldPlan.Topics[0];

    /// <summary>The topic of the events it makes.</summary>
    public static string MadeTopic => WorldPlan.Topics[1];

    public IShardApplication Begin(ShardId shard) => new InShard(simulator, shard);

    public static byte[] Add(ReadOnlySpan<byte> state, long sequence) => [.. state, .. BitConverter.GetBytes((int)sequence)];

    public static string Show(ReadOnlySpan<byte> state) => string.Join(' ', MemoryMarshal.Cast<byte, int>(state).ToArray());

    public static ReadOnlySpan<byte> KeyOf(EventView view) => view.HasKey ? view.Key : "-"u8;

    /// <summary>The application can never take such an event.</summary>
    public static bool Refuses(EventView view) => view.Payload.Length % 13 == 5;

    /// <summary>Not for events that Herald made itself: they would go round for ever.</summary>
    public static bool MakesMore(EventView view) => view.Payload.Length % 4 == 1 && (view.Flags & EventFlags.Emitted) == 0;

    public static string MadeOf(int shard, long sequence) => string.Create(CultureInfo.InvariantCulture, $"{Made}{shard}/{sequence}");

    /// <summary>The application made this event, and it is not a forward of such an event.</summary>
    public static bool IsMade(EventView view) => (view.Flags & (EventFlags.Emitted | EventFlags.Addressed)) == EventFlags.Emitted && view.Hops == 0
        && view.IdText.StartsWith(Made, StringComparison.Ordinal);

    private sealed class InShard(Simulator simulator, ShardId shard) : IShardApplication
    {
        public TimeSpan TickEvery => TimeSpan.FromSeconds(5);

        public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            foreach (var one in batch.Events)
                batch.Need(KeyOf(one.View));
            await batch.LoadAsync(cancel);
            if (simulator.Draw(0.03))
            {
                simulator.Reached.Count("batches that an application could not take just then");
                throw new StoreUnavailableException("What the application needs does not answer.");
            }
            var made = await batch.TopicAsync(MadeTopic, cancel);
            foreach (var one in batch.Events)
                Take(batch, one, made);
            if (batch.Events.Count > 0)
                simulator.Reached.Count("batches of an application");
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
