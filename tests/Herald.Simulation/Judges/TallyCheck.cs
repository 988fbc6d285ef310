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
    public static void Check(Tally tally, SimStore store, Judge judge, long nowMs)
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
            var (expected, last) = (new Dictionary<string, byte[]>(), 0L);
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
                last = sequence;
                var key = Convert.ToHexString(Tally.KeyOf(view));
                expected[key] = Tally.Add(expected.GetValueOrDefault(key), sequence);
            }
            CheckTicks(tally, store.Shards[shard], shard, last, nowMs);
            CheckState(tally, store.Shards[shard], shard, expected);
        }
    }

    // The faults are over, and the application has read everything.
    private static void CheckTicks(Tally tally, SimShard there, int shard, long last, long nowMs)
    {
        var state = there.State.FirstOrDefault(s => s.Key.Application == tally.Tenant.FullName(tally.Name) && s.Key.Key == Convert.ToHexString(Tally.TicksKey));
        var (ticks, known) = Tally.ReadTicks(state.Value is null ? default : StateValue.Read(state.Value).Span);
        if (ticks == 0)
            throw new Violation($"26: shard {shard}: no tick has had an effect");
        if (known != last)
            throw new Violation($"19: shard {shard}: the application knows of sequence {known} as the last, not of {last}");
        if (nowMs - tally.Ticked[new ShardId(shard)] is var since && since > TickCheck.LatestMs(Tally.TickEvery))
            throw new Violation($"26: shard {shard}: the application has had no tick for {since} ms");
    }

    private static void CheckState(Tally tally, SimShard there, int shard, Dictionary<string, byte[]> expected)
    {
        var actual = there.State.Where(s => s.Key.Application == tally.Tenant.FullName(tally.Name)).ToDictionary(s => s.Key.Key, s => StateValue.Read(s.Value).ToArray());
        foreach (var (key, value) in expected)
        {
            if (!actual.TryGetValue(key, out var state) || !state.AsSpan().SequenceEqual(value))
                throw new Violation($"19: shard {shard}: the application has taken {Tally.Show(state)} of key {key}, not {Tally.Show(value)}");
        }
        if (actual.Count != expected.Count + 1) // and the state of its ticks
            throw new Violation($"19: shard {shard}: the application has state of {actual.Count - 1} keys, and {expected.Count} have events");
    }
}
