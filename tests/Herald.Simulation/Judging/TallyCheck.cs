using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Running;
using Herald.Simulation.Storing;
using Herald.Simulation.Worlds;

namespace Herald.Simulation.Judging;

/// <summary>When all is settled: what the application has made of the log is what there is to be made of it.</summary>
internal static class TallyCheck
{
    public static void Check(SimStore store)
    {
        var topic = store.FindInCatalog(new CatalogQuery.ById("topic", WorldPlan.Topics[0]))[0].Number;
        for (var shard = 0; shard < store.ShardCount; shard++)
        {
            var expected = new Dictionary<string, byte[]>();
            foreach (var stored in store.Shards[shard].Events.Where(e => e.Entry.Topic == topic && (e.Entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) == 0))
            {
                var key = Convert.ToHexString(Tally.KeyOf(new EventView(stored.Record)));
                expected[key] = Tally.Add(expected.GetValueOrDefault(key), stored.Entry.Sequence);
            }
            var actual = store.Shards[shard].State.Where(s => s.Key.Application == "tally").ToDictionary(s => s.Key.Key, s => s.Value);
            foreach (var (key, value) in expected)
            {
                if (!actual.TryGetValue(key, out var there) || !there.AsSpan().SequenceEqual(value))
                    throw new Violation($"19: shard {shard}: the application has taken {Tally.Show(there)} of key {key}, not {Tally.Show(value)}");
            }
            if (actual.Count != expected.Count)
                throw new Violation($"19: shard {shard}: the application has state of {actual.Count} keys, and {expected.Count} have events");
        }
    }
}
