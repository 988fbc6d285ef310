using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Judges;
using Herald.Simulation.Receivers;
using Herald.Simulation.Runs;
using Herald.Simulation.Stores;
using Herald.Simulation.Traces;

namespace Herald.Simulation.Worlds;

/// <summary>
/// The history of one seed: a store, the nodes that work on its shards, a front that accepts and edits, receivers, publishers, an operator,
/// and faults for a while. Then the faults end, and everything must settle.
/// </summary>
internal sealed partial class World : IDisposable
{
    private const long SettlesWithinMs = 600_000;
    private const long ServedWithinMs = 15_000;

    // Enough for nodes to come back, for gone nodes to be noticed, and for shards to move to where they are then placed.
    private const long OwnedWithinMs = 60_000;

    /// <summary>In one world of this many, an application works beside the subscriptions.</summary>
    private const int WorldsPerApplication = 4;

    /// <summary>In one world of this many, the store announces each catalog version to a node once.</summary>
    private const int WorldsPerTellingOnce = 2;

    /// <summary>In one world of this many, the reader of the stream keeps its position in the store.</summary>
    private const int WorldsPerOwnPlace = 5, WhichKeepsIt = 2;

    /// <summary>In one world of this many, the nodes' readings of logs can be some moments old.</summary>
    private const int WorldsPerLag = 7, WhichLags = 3;

    /// <summary>In one world of this many, there are keys that share one hash.</summary>
    private const int WorldsPerCollision = 3;

    /// <summary>In one world of this many, some messages are worthless after a time.</summary>
    private const int WorldsPerLateness = 6, WhichAreLate = 1;

    private readonly Simulator _simulator;
    private readonly Teller _teller;
    private readonly WorldPlan _plan;
    private readonly Judge _judge;
    private readonly SimStore _store;
    private readonly Dictionary<string, SimReceiver> _receivers = [];
    private readonly List<Node> _nodes;
    private readonly Front _front;
    private readonly EventMaker _events;
    private readonly Publisher _publisher;
    private readonly Operator _operator;
    private readonly OutsideStream _stream;
    private readonly MachineInspector _inspector;
    private readonly Tally[] _tallies;
    private readonly StoreLoss? _loss;
    private StoreWeather _weather;
    private long _disturbedAtMs;
    private bool _isRough = true;

    /// <param name="losesCommits">
    /// Set when the store loses something that it has acknowledged: a commit (true) or an append (false). Null: it loses nothing.
    /// </param>
    public World(int seed, Action<string>? trace = null, bool? losesCommits = null)
    {
        _simulator = new Simulator(seed, trace);
        _plan = WorldPlan.DrawFrom(_simulator);
        if (SteadyPlan.IsOne(seed))
            _plan = SteadyPlan.Of(seed, _plan);
        if (LargePlan.IsOne(seed, _plan))
            _plan = LargePlan.Of(seed, _plan);
        _plan = _plan.WithWindow(seed);
        if (losesCommits is { } ofCommits)
            (_plan, _loss) = (_plan.Quiet(), new StoreLoss(_simulator, ofCommits));
        // The application's state grows, and one of its events can need more than a small commit holds.
        if (seed % WorldsPerApplication != 0)
            _plan = _plan.WithSmallCommits();
        _plan = _plan.WithTenants(seed).WithReports(seed);
        _teller = new Teller(_simulator);
        _tallies = seed % WorldsPerApplication == 0 ? [.. _plan.Tenants.Select(NewTally)] : [];
        _judge = new Judge(_simulator, _plan.Shards) { Excused = _loss, Made = TellMade };
        TellSettings(keysCollide: seed % WorldsPerCollision == 0);
        _store = new SimStore(_plan.Shards, (ulong)seed, _plan.LeasesLast, _plan.NoteEvery, _judge, () => _simulator.NowMs)
        {
            Remembers = _plan.Remembers,
            Loses = _loss,
        };
        foreach (var id in _plan.SubscriptionIds)
            _receivers[SimReceiver.HostOf(id)] = new SimReceiver(alwaysWell: TenantId.Split(id).Name == "s1") { HasLateMessages = seed % WorldsPerLateness == WhichAreLate && _plan.Steady is null && _loss is null };
        foreach (var topic in _plan.Tenants.SelectMany(tenant => WorldPlan.Topics.Select(tenant.FullName)))
            _store.ChangeCatalog([new CatalogWrite(CatalogCodec.TopicKind, topic, 0, 0, CatalogCodec.Encode(new CatalogCodec.StoredTopic(default)))]);
        var tellsOnce = seed % WorldsPerTellingOnce == 0;
        _nodes = [.. Enumerable.Range(1, _plan.Nodes).Select(slot =>
            new Node(_simulator, slot, _store, _judge, _teller, _plan.Options, _receivers, _tallies, () => _weather)
            {
                RestartsAfterMs = _plan.RestartsAfterMs,
                MayLackChannel = () => _isRough && _plan.ChannelsGo,
                TellsOnce = tellsOnce,
                ReadsLag = seed % WorldsPerLag == WhichLags,
                HasSessions = _plan.HasSessions,
                ClocksAgree = _plan.Steady is not null,
            })];
        var view = new NodeView(_simulator.StartProcess("front"));
        _front = new Front(_simulator, _teller, _plan.Steady is not null, _store, _judge, new SimChannel(view.Process, view, _receivers, _judge, _teller, SimChannel.Near, SimChannel.Far), view, () => _weather);
        _events = new EventMaker(_simulator, _plan.Keys, keysCollide: seed % WorldsPerCollision == 0);
        _publisher = new Publisher(_simulator, _judge, _teller, _events, _plan.Tenants) { IsPlain = _plan.IsQuiet };
        _stream = new OutsideStream(_simulator, _store, _teller, _events, _plan.Keys, keepsPlace: seed % WorldsPerOwnPlace == WhichKeepsIt);
        _operator = new Operator(_simulator, _judge, _store, _teller, _plan);
        _inspector = new MachineInspector(_simulator, _judge, _store, _plan.Options);
        _simulator.AfterStep = AfterStep;
    }

    private Tally NewTally(TenantId tenant, int index) =>
        new(_simulator, tenant, ticksUnderBacklog: ((_simulator.Seed / WorldsPerApplication) + index) % 2 == 0)
        {
            Unread = (process, shard) => UnreadOf(tenant, process, shard),
            Others = (shard, after) => OthersAfter(tenant, shard, after),
        };

    private int OthersAfter(TenantId tenant, ShardId shard, long after)
    {
        var topic = _store.FindInCatalog(new CatalogQuery.ById(CatalogCodec.TopicKind, tenant.FullName(WorldPlan.Topics[0])))[0].Number;
        return _store.Shards[shard.Value].Events.Count(one => one.Entry.Sequence > after
            && (one.Entry.Topic != topic || (one.Entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) != 0));
    }

    private long UnreadOf(TenantId tenant, SimProcess process, ShardId shard) => _nodes
        .Where(node => node.Now?.Process == process).SelectMany(node => node.Now!.Engine!.Hosts).Where(host => host.Shard == shard)
        .SelectMany(host => host.Unread()).FirstOrDefault(one => one.Application == tenant.FullName("tally")).Unread;

    public Reached Reached => _simulator.Reached;
    public long Steps => _simulator.Steps;

    /// <summary>
    /// What the store lost is still missing in the end, and somebody outside was promised it. Each event of a subscription is promised an
    /// end. Dead letters of an application belong to no subscription and are promised to nobody outside.
    /// </summary>
    public bool IsLossFelt => _loss is { IsHeard: true } || _loss?.Letters.Any(letter => letter.SubscriptionId.Length > 0 && _store.FindLetter(letter.Id) is null) == true;

    /// <exception cref="Violation">A promise was broken.</exception>
    public void Run()
    {
        foreach (var node in _nodes)
            _simulator.In(node == _nodes[0] ? 0 : _simulator.Draw(0, (int)_plan.RoughMs), node.Start);
        Every(20, 2000 / _plan.Rate, PublishSomething);
        Every(100, 3000, () => _publisher.PublishUnanswered(_front.Intake, _front.Catalog, _front.Process));
        Every(5, 150, Hint);
        Every(100, 1500, _front.Refresh, whileRough: false);
        if (_loss is not null)
        {
            PoisonOneKeyEach();
            Every(100, 500, ArmLoss);
        }
        else if (_plan.Steady is null)
        {
            Every(50, 1500, Operate);
            Every(100, 1500, DisturbReceivers);
        }
        else
        {
            Every(2000, 8000, Operate);
            PoisonOneKeyEach();
        }
        // The stream relies on ids. A reader that reads a message again after its id is forgotten would publish it again.
        if (_plan.Remembers is null && _loss is null)
            Every(50, 8000 / _plan.Rate, _stream.Send);
        Every(50, 500, ReadStream, whileRough: false);
        if (_plan.StoreFails)
            Every(200, 4000, DisturbRoom);
        Every(1000, 8000, Trim);
        if (_plan.NodesFail)
            Every(200, 5000 / _plan.Nodes, DisturbNode);
        if (_plan.StoreFails)
            Every(200, 4000, DisturbStore);
        foreach (var id in _plan.SubscriptionIds)
            _simulator.In(_simulator.Draw(5, 500), () => _operator.Put(id, _front.Catalog, _front.Process));
        RunUntil(_simulator.NowMs + _plan.RoughMs, () => false);
        Heal();
        if (!RunUntil(_simulator.NowMs + OwnedWithinMs, () => _nodes.TrueForAll(node => node.Engine is not null) && UnservedShard is null))
            throw new Violation($"17: {OwnedWithinMs / 1000} s after the last fault shard {UnservedShard} is not worked on");
        if (!RunUntil(_simulator.NowMs + SettlesWithinMs + LimitedMs, () => _publisher.IsDone && _stream.IsDone && _judge.IsSettled))
            throw new Violation($"16: not settled {(SettlesWithinMs + LimitedMs) / 1000} s after the last fault: {(_publisher.IsDone ? "" : "publishers; ")}{(_stream.IsDone ? "" : "a source; ")}{_judge.DescribeOpen()}. {string.Join("; ", _nodes.Select(node => MachineInspector.Describe(node.Now)))}");
        // The last attempts of a greedy subscription can hang for a minute, although their receiver acknowledged the events long ago.
        RunUntil(_simulator.NowMs + (_plan.IsGreedy ? 80_000 : 20_000), () => false);
        CheckNothingIsLeft();
        TellTheEnd();
    }

    // The shards share a limit of attempts per second, and all events can be in one of them.
    private long LimitedMs => _plan.Steady?.RatePerSecond is { } rate ? (long)(_judge.AcceptedCount * _plan.Shards * 1000 / rate) : 0;

    private bool RunUntil(long untilMs, Func<bool> isDone)
    {
        while (_simulator.NowMs < untilMs && !isDone())
        {
            if (!_simulator.Step())
                throw new Violation("the world stands still");
        }
        return isDone();
    }

    private void AfterStep()
    {
        foreach (var node in _nodes)
        {
            if (node.Now is { } life)
            {
                _judge.CheckInFlight(life);
                if (_simulator.Steps % 8 == 0)
                    _inspector.Check(life);
            }
            node.AfterStep(_inspector.Check);
        }
        if (_weather == StoreWeather.Down)
            Reached.Count("steps with the store away");
        if (_weather != StoreWeather.Calm)
            _disturbedAtMs = _simulator.NowMs;
        if (_simulator.Steps % 8 != 0)
            return;
        if (UnservedShard is not null)
            _disturbedAtMs = _simulator.NowMs;
        var working = _nodes.Count(node => Enumerable.Range(0, _plan.Shards).Any(node.Serves));
        if (working > 1)
            Reached.Count("steps with shards on several nodes", 8);
        if (working > 3)
            Reached.Count("steps with shards on four nodes or more", 8);
        if (_simulator.Steps % 64 != 0)
            return;
        foreach (var model in _judge.Living.Where(m => m.Runs && _receivers[SimReceiver.HostOf(m.Id)].AlwaysWell))
            _judge.CheckIsServed(model, _disturbedAtMs, ServedWithinMs);
    }

    private int? UnservedShard => Enumerable.Range(0, _plan.Shards).Where(shard => !_nodes.Exists(node => node.Serves(shard))).Select(shard => (int?)shard).FirstOrDefault();

    private Node? DrawNode() => _nodes.FindAll(node => node.Engine is not null) is { Count: > 0 } up ? _simulator.Draw<Node>(up) : null;

    /// <summary>Repeats an action at random intervals.</summary>
    private void Every(int leastMs, int mostMs, Action act, bool whileRough = true) => _simulator.In(_simulator.Draw(leastMs, Math.Max(leastMs, mostMs)), () =>
    {
        if (whileRough && !_isRough)
            return;
        act();
        Every(leastMs, mostMs, act, whileRough);
    });

    private void PublishSomething()
    {
        if (DrawNode() is { Engine: { } engine } node && _simulator.Draw(0.6))
            _publisher.PublishNew(engine.Intake, engine.Catalog, node.Now!.Process);
        else
            _publisher.PublishNew(_front.Intake, _front.Catalog, _front.Process);
    }

    // Announcements can get lost.
    private void Hint()
    {
        foreach (var node in _nodes)
        {
            if (_simulator.Draw(0.7))
                node.Hint();
            if (_simulator.Draw(_plan.TellsOfCatalog))
                node.HintOfCatalog();
            if (_simulator.Draw(0.05))
                node.HintOfShards();
        }
    }

    private void Operate()
    {
        if (DrawNode() is { Engine: { } engine } node && _simulator.Draw(0.6))
            _operator.ActOnSomething(engine.Catalog, node.Now!.Process, engine);
        else
            _operator.ActOnSomething(_front.Catalog, _front.Process, null);
    }

    private void DisturbReceivers()
    {
        var receiver = _simulator.Draw<SimReceiver>([.. _receivers.Values]);
        receiver.Mood = _plan.IsGreedy && receiver == _receivers.GetValueOrDefault(Operator.Greedy) && _simulator.Draw(0.7) ? ReceiverMood.Hanging
            : _simulator.Draw(0.4) ? ReceiverMood.Well : _simulator.Draw(Enum.GetValues<ReceiverMood>());
        receiver.Poison.Clear();
        if (_plan.Circles)
            receiver.Poison.Add(_events.KeyOf(1));
        else if (_simulator.Draw(0.5))
            receiver.Poison.Add(_events.KeyOf(_simulator.Draw(1, _plan.Keys)));
    }

    private void PoisonOneKeyEach()
    {
        foreach (var receiver in _receivers.Values)
            receiver.Poison.Add(_events.KeyOf(_simulator.Draw(1, _plan.Keys)));
    }

    private void DisturbNode()
    {
        var node = _simulator.Draw(_nodes);
        switch (_simulator.Draw(1, _plan.LeasesLast is null ? 10 : 20))
        {
            case <= 5: node.KillSoon(); break;
            case 6 or 7 or 11 or 12: node.StopCleanly(); break;
            case 8 or 9 or 13: node.StandStill(); break;
            case 10 when _plan.Steady is null: node.JumpClock(); break;
            case 18 or 19 or 20: node.LoseSession(); break;
            default: node.CutOff(); break;
        }
        _disturbedAtMs = _simulator.NowMs;
    }

    private void ReadStream()
    {
        if (DrawNode() is { } node)
            _stream.ReadOn(node);
    }

    private void DisturbRoom()
    {
        for (var shard = 0; shard < _plan.Shards; shard++)
            _store.Room[shard] = _simulator.Draw(0.3) ? _simulator.Draw(0, 3) : null;
    }

    // All subscriptions exist, so there is one that misses what is lost.
    private void ArmLoss()
    {
        if (HaveAllBegun)
            _loss!.Arm();
    }

    private bool HaveAllBegun => _judge.Living.Count() == _plan.Subscriptions;

    private void DisturbStore()
    {
        // In worlds with a loss, it must be certain that the subscriptions have begun.
        if (_loss is not null && !HaveAllBegun)
            return;
        _weather = _simulator.Draw(0.4) ? StoreWeather.Calm : _simulator.Draw(Enum.GetValues<StoreWeather>());
        _disturbedAtMs = _simulator.NowMs;
        TellWeather();
    }

    private void Heal()
    {
        _simulator.Trace("all faults end");
        (_isRough, _weather) = (false, StoreWeather.Calm);
        TellWeather();
        Array.Clear(_store.Room);
        foreach (var receiver in _receivers.Values)
            receiver.Heal();
        Every(100, 500, Help, whileRough: false);
    }

    private void Help()
    {
        _publisher.PublishUnanswered(_front.Intake, _front.Catalog, _front.Process);
        foreach (var node in _nodes)
        {
            node.Hint();
            node.HintOfCatalog();
            if (node.Now is { LacksChannel: true })
                node.StopCleanly(); // it comes back with the channel
            if (node.Engine is { } engine)
                _operator.Release(engine, node.Now!.Process, discard: false);
        }
        if (DrawNode() is not { Engine: { } some } resuming)
            return;
        foreach (var model in _judge.Living.Where(m => !m.Runs).ToList())
            _operator.Resume(model.Id, some.Catalog, resuming.Now!.Process);
    }

    // Everything that was taken has been returned: permits, places among the blocked, states of subscriptions.
    private void CheckNothingIsLeft()
    {
        foreach (var node in _nodes)
            CheckNothingIsLeft(node);
        _stream.CheckAll();
        _judge.Reports.CheckAll(_judge.Living, _judge.EventOf, _judge.IsFreed);
        foreach (var tally in _tallies)
            TallyCheck.Check(tally, _store, _judge, _simulator.NowMs);
        if (_judge.Untold().FirstOrDefault() is (_, > 0) untold)
            throw new Violation($"21: the message in sequence {untold.Sequence} of shard {untold.Shard} is no event, and nobody was told");
        if (_nodes.Sum(node => node.Engine!.Hosts.Count) != _plan.Shards)
            throw new Violation($"17: {_nodes.Sum(node => node.Engine!.Hosts.Count)} hosts for {_plan.Shards} shards");
    }

    private void CheckNothingIsLeft(Node node)
    {
        var engine = node.Engine ?? throw new Violation("17: the node ended by itself after the last fault");
        if (engine.Ledger.InFlight != 0)
            throw new Violation($"12: {engine.Ledger.InFlight} permits were never given back");
        if (engine.Blocked.Count != 0)
            throw new Violation($"12: {engine.Blocked.Count} blocked keys are still counted");
        if (engine.Cache.Snapshot.Version != _store.CatalogVersion)
            throw new Violation($"22: a node works with version {engine.Cache.Snapshot.Version} of the catalog, which has {_store.CatalogVersion}");
        foreach (var host in engine.Hosts)
        {
            if (host.Machine.Routed != _judge.LastOf(host.Shard.Value))
                throw new Violation($"16: shard {host.Shard} has routed {host.Machine.Routed} of {_judge.LastOf(host.Shard.Value)}");
            if (host.Machine.States.Values.FirstOrDefault() is { } state)
                throw new Violation($"12: shard {host.Shard} still has a state of subscription {state.Number} with {state.Lanes.Count} lanes: at head {state.AtHead}, asked {state.Asked[0]} and {state.Asked[1]}");
        }
    }
}
