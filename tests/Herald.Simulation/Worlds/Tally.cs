using System.Runtime.InteropServices;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Running;

namespace Herald.Simulation.Worlds;

/// <summary>
/// An application whose state tells, for each key, which events it has taken, in this order.
/// </summary>
internal sealed class Tally(Reached reached) : IApplication
{
    public string Name => "tally";

    public string Topic => WorldPlan.Topics[0];

    public IShardApplication Begin(ShardId shard) => new InShard(reached);

    public static byte[] Add(ReadOnlySpan<byte> state, long sequence) => [.. state, .. BitConverter.GetBytes((int)sequence)];

    public static string Show(ReadOnlySpan<byte> state) => string.Join(' ', MemoryMarshal.Cast<byte, int>(state).ToArray());

    public static ReadOnlySpan<byte> KeyOf(EventView view) => view.HasKey ? view.Key : "-"u8;

    private sealed class InShard(Reached reached) : IShardApplication
    {
        public TimeSpan TickEvery => TimeSpan.FromSeconds(5);

        public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            foreach (var one in batch.Events)
                batch.Need(KeyOf(one.View));
            await batch.LoadAsync(cancel);
            foreach (var one in batch.Events)
                batch.Set(KeyOf(one.View), Add((batch.Get(KeyOf(one.View)) ?? default).Span, one.Sequence));
            if (batch.Events.Count > 0)
                reached.Count("batches of an application");
        }
    }
}
