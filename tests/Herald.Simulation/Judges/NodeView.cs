using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Judges;

/// <summary>One life of a node, from its start to its end, and what the judge remembers of it.</summary>
internal sealed class NodeView(SimProcess process)
{
    public SimProcess Process => process;

    /// <summary>Null until it has started.</summary>
    public HeraldEngine? Engine { get; set; }

    /// <summary>The node was started without the channel for some of the endpoints.</summary>
    public bool LacksChannel { get; set; }

    // The budget of attempts that come back unsent, and the time and count at which it was last refilled.
    private double _unsentLeft = UnsentAtOnce;
    private long _unsentSeen, _unsentAtMs = process.Timestamp;
    private const int UnsentAtOnce = 100, UnsentPerSecond = 20;

    /// <summary>
    /// The engine asks again for an attempt that came back unsent. Before each time, an event must have happened or time must have passed.
    /// </summary>
    public void CheckUnsent(long unsent)
    {
        var now = process.Timestamp;
        _unsentLeft = Math.Min(UnsentAtOnce, _unsentLeft + ((now - _unsentAtMs) * UnsentPerSecond / 1000.0)) - (unsent - _unsentSeen);
        (_unsentSeen, _unsentAtMs) = (unsent, now);
        if (_unsentLeft < 0)
            throw new Violation($"20: {unsent} attempts have come back unsent to {process.Name}, more than {UnsentPerSecond} a second");
    }

    private readonly Dictionary<Fence, long> _failedCommits = [];

    /// <returns>Deliveries whose success this commit is the first to save.</returns>
    public List<Delivery> OnCommitAsked(ShardCommit commit)
    {
        var fence = commit.Fence;
        _commitsUnderWay.Add(fence);
        _settledSince.Remove(fence);
        if (_failedCommits.TryGetValue(fence, out var failedAt) && process.Timestamp - failedAt < CommitWaitsMs)
            throw new Violation($"20: a commit of shard {fence.Shard} is sent again {process.Timestamp - failedAt} ms after it failed");
        if (commit.Number <= _lastCommits.GetValueOrDefault(fence))
            return [];
        _lastCommits[fence] = commit.Number;
        // With emitted events or dead letters, the owner can have waited for readings before it sent the commit. More is settled by now
        // than the commit holds.
        return commit.Emitted.Count + commit.DeadLetters.Count == 0 ? TakeSettled(fence) : [];
    }

    /// <returns>Deliveries whose success this note is the first to save.</returns>
    public List<Delivery> OnNoted(Fence fence)
    {
        _settledSince.Remove(fence);
        return TakeSettled(fence);
    }

    private const long CommitWaitsMs = 200;

    public void OnCommitEnded(Fence fence, bool failed)
    {
        _failedCommits.Remove(fence);
        _commitsUnderWay.Remove(fence);
        if (failed)
            _failedCommits[fence] = process.Timestamp;
    }

    /// <summary>Until this moment, requests to the store can be slow or fail.</summary>
    public long RoughUntilMs { get; set; }

    // By fence: since when the engine has something to save and nothing hinders it.
    private readonly Dictionary<Fence, long> _settledSince = [];
    private readonly HashSet<Fence> _commitsUnderWay = [];
    private readonly Dictionary<Fence, long> _lastCommits = [];

    // By fence: deliveries whose success is known and that no commit or note has taken yet.
    private readonly Dictionary<Fence, List<Delivery>> _unsaved = [];

    public void OnHeard(Delivery delivery)
    {
        Heard.Add((delivery.Model, delivery.Shard, delivery.Sequence, delivery.Epoch));
        var fence = new Fence(new ShardId(delivery.Shard), delivery.Epoch);
        if (!_unsaved.TryGetValue(fence, out var unsaved))
            _unsaved[fence] = unsaved = [];
        unsaved.Add(delivery);
    }

    /// <summary>Settled deliveries are saved soon, so that a crash repeats little.</summary>
    public void CheckSavesSoon(ShardHost host, TimeSpan every)
    {
        var fence = new Fence(host.Shard, host.Epoch);
        if (process.Simulator.NowMs < RoughUntilMs || !process.IsIdle || !host.Machine.HasSettled || _commitsUnderWay.Contains(fence) || _failedCommits.ContainsKey(fence))
        {
            _settledSince.Remove(fence);
            return;
        }
        var now = process.Simulator.NowMs;
        _settledSince.TryAdd(fence, now);
        var waits = now - Math.Max(_settledSince[fence], process.LateUntilMs);
        if (waits > (every.TotalMilliseconds / process.Pace) + SavesLateMs)
            throw new Violation($"23: what shard {host.Shard} has settled has not been saved for {waits} ms, more than {every.TotalMilliseconds}");
    }

    // Timers are late, and a round can first have to read the log and the new catalog versions, one after another.
    private const long SavesLateMs = 60;

    // Takes only results that have reached the engine. A result can still be on its way to it.
    private List<Delivery> TakeSettled(Fence fence)
    {
        if (!_unsaved.TryGetValue(fence, out var unsaved) || Engine?.Hosts.FirstOrDefault(host => host.Shard == fence.Shard && host.Epoch == fence.Epoch) is not { Machine: var machine })
            return [];
        var settled = unsaved.FindAll(delivery => IsSettled(machine, delivery));
        unsaved.RemoveAll(settled.Contains);
        return settled;
    }

    private static bool IsSettled(ShardMachine machine, Delivery delivery) =>
        machine.States.GetValueOrDefault(delivery.Model.Number) is var state
        && (state is null || (state.Generation == delivery.Model.Generation
            && !(state.Lanes.TryGetValue(delivery.Lane.Hash, out var lane) && lane.Items.Any(item => item.Sequence == delivery.Sequence))));

    /// <summary>By shard: the epoch of the last lease that the store granted, and its end by the process's own timestamp.</summary>
    public Dictionary<int, (long Epoch, long Until)> Leases { get; } = [];

    /// <summary>The (subscription, shard, key) with an attempt in flight, and the epoch in which it began.</summary>
    public Dictionary<(int Subscription, int Shard, string Key), long> InFlight { get; } = [];

    /// <summary>The number of the last attempt at a delivery in this life and epoch.</summary>
    public Dictionary<(SubscriptionModel Model, int Shard, long Sequence, long Epoch), int> Attempts { get; } = [];

    /// <summary>When the first attempt at a delivery began in this life and epoch, by the process's own timestamp.</summary>
    public Dictionary<(SubscriptionModel Model, int Shard, long Sequence, long Epoch), long> FirstAttempts { get; } = [];

    /// <summary>
    /// Deliveries after whose last result no other attempt may follow, because the time that the message names is over. The value is what
    /// the process's clock was ahead by then.
    /// </summary>
    public Dictionary<(SubscriptionModel Model, int Shard, long Sequence, long Epoch), long> Lapsed { get; } = [];

    /// <summary>Deliveries whose success this life knows, with the epoch.</summary>
    public HashSet<(SubscriptionModel Model, int Shard, long Sequence, long Epoch)> Heard { get; } = [];

    public bool Holds(int shard) => Leases.TryGetValue(shard, out var lease) && process.Timestamp < lease.Until;

    public void OnRenewed(IReadOnlyList<Lease> leases, long askedAt)
    {
        Leases.Clear();
        foreach (var lease in leases)
            Leases[lease.Shard.Value] = (lease.Epoch, lease.ValidFor is { } validFor ? askedAt + (long)validFor.TotalMilliseconds : long.MaxValue);
    }
}
