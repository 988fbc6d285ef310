using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Judges;

/// <summary>
/// Which node owns a shard, and until when. The judge learns it from the store's answers and from the clock of the process that asked.
/// </summary>
internal sealed partial class Judge
{
    // Timers can be this late.
    private const long TimerMs = 2;

    private readonly (long Epoch, string? Node)[] _owners = new (long, string?)[shards];

    // Nodes that others removed because their session had ended.
    private readonly HashSet<string> _withoutSession = [];

    // Successes that an applied commit or note holds, or that a node knew when it gave the shard up.
    private readonly HashSet<(SubscriptionModel Model, int Shard, long Sequence)> _saved = [];

    // Successes in commits and notes that are under way, or lost.
    private readonly Dictionary<(Fence Fence, long Number), List<Delivery>> _told = [];

    public void OnTaken(ShardId shard, long epoch, string node, string? from)
    {
        if (epoch <= _owners[shard.Value].Epoch)
            throw new Violation($"9: epoch {epoch} of shard {shard} follows {_owners[shard.Value].Epoch}");
        if (from is not null)
            simulator.Reached.Count("shards taken over from a node that is gone");
        if (simulator.Traces)
            simulator.Trace($"{node} takes shard {shard}, epoch {epoch}{(from is null ? "" : $", from {from}")}");
        _owners[shard.Value] = (epoch, node);
    }

    public void OnReleased(ShardId shard)
    {
        simulator.Reached.Count("shards released");
        if (simulator.Traces)
            simulator.Trace($"{_owners[shard.Value].Node} releases shard {shard}");
        _owners[shard.Value].Node = null;
    }

    public void OnRemoved(string node, bool bySession)
    {
        if (simulator.Traces)
            simulator.Trace($"{node} is registered no more{(bySession ? ": its session has ended" : "")}");
        simulator.Reached.Count((simulator.IsAlive(node), bySession) switch
        {
            (true, false) => "nodes removed that still lived",
            (false, false) => "dead nodes removed",
            (true, true) => "nodes removed that had lost their session, and still lived",
            (false, true) => "dead nodes removed by their session",
        });
        if (bySession)
            _withoutSession.Add(node);
    }

    public string? OwnerOf(int shard) => _owners[shard].Node;

    /// <summary>The store has answered a renewal.</summary>
    /// <param name="askedAt">When the process asked, by its own timestamp.</param>
    public void OnRenewed(NodeView node, IReadOnlyList<Lease> leases, long askedAt)
    {
        var before = new Dictionary<int, (long Epoch, long Until)>(node.Leases);
        var now = node.Process.Timestamp;
        node.OnRenewed(leases, askedAt);
        foreach (var (shard, lease) in before)
        {
            if (!node.Leases.TryGetValue(shard, out var after) || after.Epoch != lease.Epoch)
                simulator.Reached.Count("leases lost");
            else if (lease.Until <= now)
                simulator.Reached.Count("leases renewed after they had run out");
        }
        if (leases.Any(lease => lease.IsLeaving))
            simulator.Reached.Count("shards asked back");
        if (simulator.Traces)
            simulator.Trace($"{node.Process.Name} holds {string.Join(", ", leases.Select(l => $"{l.Shard} in epoch {l.Epoch}{(l.IsLeaving ? " (leaving)" : "")}"))} for {node.Leases.Values.Select(l => l.Until - now).DefaultIfEmpty().Min()} ms");
    }

    /// <param name="told">Deliveries whose success this commit or note is the first to save.</param>
    public void OnSaving(Fence fence, long number, List<Delivery> told)
    {
        if (told.Count > 0)
            _told[(fence, number)] = told;
    }

    public void OnNote(ShardNote note)
    {
        simulator.Reached.Count("notes");
        OnSaved(note.Fence, note.Number);
    }

    private void OnSaved(Fence fence, long number)
    {
        if (_told.Remove((fence, number), out var told))
            _saved.UnionWith(told.Select(one => (one.Model, one.Shard, one.Sequence)));
    }

    /// <summary>A node gives shards up. By that it states that everything it knew is saved.</summary>
    public void OnHandedOver(NodeView node, IReadOnlyList<Lease> leases)
    {
        if (simulator.Traces)
            simulator.Trace($"{node.Process.Name} gives up {string.Join(", ", leases.Select(l => l.Shard))}");
        foreach (var heard in node.Heard.Where(heard => leases.Any(lease => lease.Shard.Value == heard.Shard && lease.Epoch == heard.Epoch)))
            _saved.Add((heard.Model, heard.Shard, heard.Sequence));
    }

    /// <summary>
    /// A running process has given up every attempt that its lease does not cover. A paused process need not have seen that yet.
    /// </summary>
    public void CheckInFlight(NodeView node)
    {
        if (!node.Process.IsIdle)
            return;
        foreach (var ((subscription, shard, key), epoch) in node.InFlight)
        {
            if (!node.Leases.TryGetValue(shard, out var lease) || lease.Epoch != epoch || node.Process.Timestamp - TimerMs > lease.Until)
                throw new Violation($"17: an attempt of shard {shard}, subscription {subscription}, key {key:x} is in flight on {node.Process.Name}, whose lease of epoch {epoch} has run out");
        }
    }

    // Decides by the store's answers and by what the store holds now. It never asks the engine.
    private void CheckLease(NodeView node, Delivery delivery)
    {
        var (epoch, owner) = _owners[delivery.Shard];
        if (!node.Holds(delivery.Shard))
            throw new Violation($"17: sent by {node.Process.Name}, whose lease has run out: {delivery}");
        if (node.Leases[delivery.Shard].Until != long.MaxValue && (epoch != delivery.Epoch || owner != node.Process.Name))
        {
            if (MayBeLate(node, delivery))
            {
                simulator.Reached.Count("attempts of a node that had lost its session");
                return;
            }
            throw new Violation($"17: sent by {node.Process.Name} in epoch {delivery.Epoch}, but the shard is {owner ?? "nobody"}'s in epoch {epoch}: {delivery}");
        }
    }

    // Others took the shards of a node whose session had ended, and the node learns of it only with its next renewal. It can save nothing.
    // The next owner sends the same events in the same order, or has given them up meanwhile.
    private bool MayBeLate(NodeView node, Delivery delivery) => _owners[delivery.Shard].Epoch != delivery.Epoch && _withoutSession.Contains(node.Process.Name);
}
