using Herald.Engine.Shards;
using Herald.Simulation.Runs;
using Herald.Simulation.Stores;

namespace Herald.Simulation.Judges;

/// <summary>
/// Looks into the shards of a running node between two steps. No open delivery is forgotten (6), and every bound holds (12).
/// </summary>
internal sealed class MachineInspector(Simulator simulator, Judge judge, SimStore store, Engine.Basics.EngineOptions bounds)
{
    private readonly Reached _reached = simulator.Reached;

    public void Check(NodeView node)
    {
        if (node.Engine is not { } engine)
            return;
        var blocked = 0;
        // An ended host has returned what it held.
        foreach (var host in engine.Hosts.Where(host => !host.Ended.IsCompleted))
        {
            foreach (var state in host.Machine.States.Values)
            {
                blocked += CheckBounds(host.Machine, state);
                if (node.LacksChannel && state.Runs && state.Ready[0].Count + state.Ready[1].Count > 0 && Receivers.SimChannel.SchemeOf(state.Entry.Subscription.Id) == Receivers.SimChannel.Far)
                    _reached.Count("steps waiting for a channel");
            }
            // A former owner does not know the work of the present one.
            if (!node.Holds(host.Shard.Value) || node.Leases[host.Shard.Value].Epoch != host.Epoch)
                continue;
            foreach (var model in judge.Living)
                CheckNothingForgotten(host, model);
            node.CheckSavesSoon(host, store.NoteEvery < bounds.CommitEvery ? store.NoteEvery : bounds.CommitEvery);
        }
        node.CheckUnsent(engine.Metrics.Withdrawn);
        if (engine.Hosts.Any(host => host.Machine.Catalog.Version < store.CatalogVersion))
            _reached.Count("steps with a stale catalog");
        if (engine.Ledger.InFlight > bounds.MaxInFlight)
            throw new Violation($"12: {engine.Ledger.InFlight} permits are in use");
        foreach (var model in judge.Living)
        {
            // A single permit does not break the rule: with few permits it can be the only one.
            if (engine.Ledger.Look(model.Latest).InFlight is > 1 and var held && 4 * held > 3 * bounds.MaxInFlight)
                throw new Violation($"24: {held} of {bounds.MaxInFlight} permits are in use by {model.Id}");
        }
        if (engine.Ledger.InFlight == bounds.MaxInFlight)
            _reached.Count("steps with all permits in use");
        if (judge.Living.FirstOrDefault(model => model.Id == Worlds.Operator.Greedy) is { Latest.Limits.MaxInFlight: var most } && most > bounds.MaxInFlight && engine.Ledger.InFlight == bounds.MaxInFlight - 1)
            _reached.Count("steps with a greedy subscription and permits left to others");
        if (blocked > bounds.MaxBlocked)
            throw new Violation($"12: {blocked} keys are blocked on the node");
    }

    private int CheckBounds(ShardMachine machine, SubscriptionState state)
    {
        var (attached, detached, outside) = (0, 0, 0);
        foreach (var lane in state.Lanes.Values)
        {
            if (lane.OutsideWindow)
                outside++;
            else if (lane.Detached)
                detached += lane.Count;
            else
                attached += lane.Count;
            if (lane.Count > bounds.LaneWindow)
                throw new Violation($"12: a lane holds {lane.Count}");
            CountLane(machine, state, lane);
            CountShared(machine.Shard.Value, state, lane);
        }
        if (state.Outstanding != attached || state.Draining != detached || state.Blocked != outside)
            throw new Violation($"12: counts of {state.Number}: {state.Outstanding} of {attached}, {state.Draining} of {detached}, {state.Blocked} of {outside}");
        // Keys that were blocked when the previous owner died count in the window while there is no free place among the blocked. Other
        // shards, which saved at another moment, can take those places.
        if (attached + detached > (2 * bounds.Window) + bounds.MaxBlockedPerSubscription || outside > bounds.MaxBlockedPerSubscription)
            throw new Violation($"12: subscription {state.Number} holds {attached}, {detached} and {outside}");
        if (state.Runs && !state.AtHead)
            _reached.Count(outside > 0 ? "steps behind with blocked lanes" : "steps behind");
        if (outside == bounds.MaxBlockedPerSubscription)
            _reached.Count("steps at the bound of blocked lanes");
        return outside;
    }

    private void CountLane(ShardMachine machine, SubscriptionState state, Lane lane)
    {
        if (lane.State == LaneState.Blocked)
            _reached.Count("steps with a blocked lane");
        if (lane.State == LaneState.Held)
            _reached.Count("steps with a held lane");
        if (lane.State == LaneState.Settling && lane.Count > 1)
            _reached.Count("steps with followers behind a skip that is not durable");
        if (lane.Mode == CatchUpMode.Reading && lane.LastSeen == machine.Routed)
            _reached.Count("steps draining with an arrival");
        if (state.OldAttempts?.Contains(lane.KeyHash) == true)
            _reached.Count("steps waiting for an attempt of an older generation");
    }

    // Two keys can share one hash by chance. They share a lane and everything that happens to it.
    private void CountShared(int shard, SubscriptionState state, Lane lane)
    {
        if (!judge.IsShared(lane.KeyHash) || judge.Find(state.Number, state.Generation) is not { } model
            || model.Lanes.Count(one => one.Key.Shard == shard && one.Value.Hash == lane.KeyHash && one.Value.Open.Count > 0) < 2)
            return;
        _reached.Count("steps with a lane of two keys");
        if (lane.State == LaneState.Blocked)
            _reached.Count("steps with a blocked lane of two keys");
        if (lane.State == LaneState.Held)
            _reached.Count("steps with a held lane of two keys");
        if (lane.Mode == CatchUpMode.Reading)
            _reached.Count("steps with a lane of two keys that drains");
    }

    // An open delivery is in the window, in the interval of a detached lane, or beyond the position.
    private static void CheckNothingForgotten(ShardHost host, SubscriptionModel model)
    {
        var (machine, shard) = (host.Machine, host.Shard.Value);
        if (!machine.Catalog.ByNumber.TryGetValue(model.Number, out var entry) || entry.Subscription.Generation != model.Generation)
            return; // this shard does not know it yet
        var state = machine.States.GetValueOrDefault(model.Number);
        if (state is not null && state.Generation != model.Generation)
            throw new Violation($"6: shard {shard} is at generation {state.Generation} of {model}");
        var position = state is null ? machine.Routed : machine.PositionOf(state);
        foreach (var ((at, key), lane) in model.Lanes)
        {
            if (at != shard)
                continue;
            var owner = state?.Lanes.GetValueOrDefault(lane.Hash);
            foreach (var sequence in lane.Open)
            {
                if (sequence > position)
                    break;
                if (owner is null || !(owner.Detached && sequence >= machine.FromOf(owner)) && !owner.Items.Any(item => item.Sequence == sequence))
                    throw new Violation($"6: sequence {sequence} of shard {shard}, key {key}, is forgotten for {model}; position {position}, lane {Describe(owner)}");
            }
        }
    }

    /// <summary>Describes what a node does that does not settle.</summary>
    public static string Describe(NodeView? node) => node?.Engine is not { } engine ? "the node is down" : string.Join(
        "; ",
        engine.Hosts.SelectMany(host => host.Machine.States.Values.Select(state =>
            $"shard {host.Shard}, subscription {state.Number}: {(state.AtHead ? "at the head" : "behind")}, position {host.Machine.PositionOf(state)} of {host.Machine.Routed}, {state.Mode}, "
            + $"{state.Entry.Subscription.Status}, {state.Outstanding}+{state.Draining} in the window, asked {state.Asked[0]}+{state.Asked[1]}, ready {state.Ready[0].Count}+{state.Ready[1].Count}, "
            + $"permits {engine.Ledger.Look(state.Entry.Subscription)} of {engine.Ledger.InFlight}, lanes: {string.Join(", ", state.Lanes.Values.Take(4).Select(Describe))}")));

    private static string Describe(Lane? lane) =>
        lane is null ? "none" : $"{lane.State} with {string.Join(", ", lane.Items.Select(i => i.Sequence))}, from {lane.From} to {lane.LastSeen}, {lane.Mode}, {lane.Attempts} attempts, due {lane.DueMs}";
}
