using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Runs;
using Herald.Simulation.Stores;
using Herald.Simulation.Worlds;

namespace Herald.Simulation.Judges;

/// <summary>
/// Checks the application when everything has settled. Its state and its events must follow from the log, and each event it cannot take
/// must be a dead letter.
/// </summary>
internal static class TallyCheck
{
    public static void Check(Tally tally, SimStore store, Judge judge)
    {
        var topic = store.FindInCatalog(new CatalogQuery.ById("topic", tally.Tenant.FullName(tally.Topic)))[0].Number;
        var made = new Dictionary<string, int>();
        for (var shard = 0; shard < store.ShardCount; shard++)
        {
            foreach (var view in store.Shards[shard].Events.Select(stored => new EventView(stored.Record)).Where(Tally.IsMade))
                made[view.IdText] = made.GetValueOrDefault(view.IdText) + 1;
        }
        for (var shard = 0; shard < store.ShardCount; shard++)
        {
            var expected = new Dictionary<string, byte[]>();
            foreach (var stored in store.Shards[shard].Events.Where(e => e.Entry.Topic == topic && (e.Entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) == 0))
            {
                var (view, sequence) = (new EventView(stored.Record), stored.Entry.Sequence);
                var times = made.GetValueOrDefault(Tally.MadeOf(shard, sequence));
                if (times != (Tally.MakesMore(view) && !Tally.Refuses(view) ? 1 : 0))
                    throw new Violation($"19: the application has made {times} events of sequence {sequence} of shard {shard}");
                if (judge.HasLetter(new DeadLetterId(new ShardId(shard), 0, 0, sequence)) != Tally.Refuses(view))
                    throw new Violation($"19: sequence {sequence} of shard {shard}, which the application {(Tally.Refuses(view) ? "cannot take, is no dead letter" : "can take, is a dead letter")}");
                if (Tally.Refuses(view))
                    continue;
                var key = Convert.ToHexString(Tally.KeyOf(view));
                expected[key] = Tally.Add(expected.GetValueOrDefault(key), sequence);
            }
            CheckState(tally, store.Shards[shard], shard, expected);
        }
    }

    private static void CheckState(Tally tally, SimShard there, int shard, Dictionary<string, byte[]> expected)
    {
        var actual = there.State.Where(s => s.Key.Application == tally.Tenant.FullName(tally.Name)).ToDictionary(s => s.Key.Key, s => StateValue.Read(s.Value).ToArray());
        foreach (var (key, value) in expected)
        {
            if (!actual.TryGetValue(key, out var state) || !state.AsSpan().SequenceEqual(value))
                throw new Violation($"19: shard {shard}: the application has taken {Tally.Show(state)} of key {key}, not {Tally.Show(value)}");
        }
        if (actual.Count != expected.Count)
            throw new Violation($"19: shard {shard}: the application has state of {actual.Count} keys, and {expected.Count} have events");
    }
}
