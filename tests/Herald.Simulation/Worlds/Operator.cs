using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Simulation.Judges;
using Herald.Simulation.Receivers;
using Herald.Simulation.Runs;
using Herald.Simulation.Stores;
using Herald.Simulation.Traces;

namespace Herald.Simulation.Worlds;

/// <summary>An operator who creates, edits, pauses, replays, deletes, redrives and releases at the worst moments.</summary>
internal sealed class Operator(Simulator simulator, Judge judge, SimStore store, Teller teller, WorldPlan plan)
{
    // Orders under way, by subscription. What they ask for can still come into force.
    private readonly Dictionary<string, int> _underWay = [];

    public void ActOnSomething(Catalog catalog, SimProcess process, HeraldEngine? engine)
    {
        var tenant = plan.Tenants.Count == 1 ? default : simulator.Draw(plan.Tenants);
        var id = tenant.FullName($"s{simulator.Draw(1, plan.Subscriptions)}");
        switch (simulator.Draw(1, 20))
        {
            case <= 6 when engine is not null && store.DeadLetterCount > 0:
                Redrive(engine.Of(tenant).DeadLetters, tenant, process);
                break;
            case <= 6 when Find(id) is null:
                Put(id, catalog, process);
                break;
            case <= 5:
                Edit(id, catalog, process, engine);
                break;
            case <= 8:
                simulator.Reached.Count(judge.Latest(id)?.Latest.Status == SubscriptionStatus.Active ? "subscriptions paused" : "subscriptions resumed");
                Order(id, process, tell => judge.Latest(id)?.Latest.Status == SubscriptionStatus.Active
                    ? tell.As(Told.Pause, () => Own(catalog, id, out var own).PauseAsync(own, CancellationToken.None))
                    : tell.As(Told.Resume, () => Own(catalog, id, out var own).ResumeAsync(own, CancellationToken.None)));
                break;
            case <= 10:
                Replay(id, catalog, process);
                break;
            // A deleted subscription returns its permits at once. So a greedy one that is created again cannot hold more than before.
            case 11:
                Order(id, process, tell => tell.As(Told.Delete, () => Own(catalog, id, out var own).DeleteSubscriptionAsync(own, null, CancellationToken.None)));
                break;
            case <= 17 when engine is not null:
                Release(engine, process, discard: simulator.Draw(0.3));
                break;
            default:
                Put(id, catalog, process);
                break;
        }
    }

    public void Put(string id, Catalog catalog, SimProcess process)
    {
        var draft = Draft(id, Find(id)?.Topic ?? (plan.IsQuiet || simulator.Draw(0.8) ? WorldPlan.Topics[0] : WorldPlan.Topics[1]));
        var from = DrawStart();
        Intend(id, from);
        Order(id, process, tell => tell.AsPut(draft, from, () => Own(catalog, id, out _).PutSubscriptionAsync(draft, from, null, CancellationToken.None)));
    }

    public void Resume(string id, Catalog catalog, SimProcess process) =>
        Order(id, process, tell => tell.As(Told.Resume, () => Own(catalog, id, out var own).ResumeAsync(own, CancellationToken.None)));

    /// <summary>Releases, or discards, the head of every held key.</summary>
    public void Release(HeraldEngine engine, SimProcess process, bool discard)
    {
        foreach (var host in engine.Hosts)
        {
            foreach (var state in host.Machine.States.Values)
            {
                foreach (var lane in state.Lanes.Values.Where(lane => lane.State == Engine.Shards.LaneState.Held))
                {
                    var (shard, sequence, id) = (host.Shard.Value, lane.Head.Sequence, state.Entry.Subscription.FullId);
                    var (tenant, own) = TenantId.Split(id);
                    var order = judge.OnRelease(state, lane, shard);
                    process.Run(() => Quietly(async () =>
                    {
                        if (await new Told(teller, process, id).AsReleaseAsync(shard, sequence, discard, () => engine.Of(tenant).ReleaseAsync(own, shard, sequence, discard, CancellationToken.None)))
                        {
                            simulator.Reached.Count(discard ? "held keys discarded" : "held keys released");
                            judge.OnReleased(order, store.Peek(new ShardId(shard)), discard);
                        }
                    }));
                }
            }
        }
    }

    private Subscription? Find(string id) =>
        store.FindInCatalog(new CatalogQuery.ById(CatalogCodec.SubscriptionKind, id)) is [var record] ? CatalogCodec.DecodeSubscription(record).Subscription : null;

    private void Edit(string id, Catalog catalog, SimProcess process, HeraldEngine? engine)
    {
        if (Find(id) is not { } there)
            return;
        simulator.Reached.Count("edits");
        Intend(id, new StartFrom.Now()); // in case the subscription has been deleted meanwhile
        Order(id, process, async tell =>
        {
            var (draft, from) = (Draft(id, there.Topic), new StartFrom.Now());
            var edited = await tell.AsPut(draft, from, () => Own(catalog, id, out _).PutSubscriptionAsync(draft, from, null, CancellationToken.None));
            if (engine is not null && edited.Outcome == CatalogOutcome.Updated)
                process.Run(() => Quietly(() => AwaitFollowedAsync(engine, edited.Value!)));
            return edited;
        });
    }

    /// <summary>An operator who has changed an endpoint waits until the change is in force everywhere, and then relies on it.</summary>
    private async Task AwaitFollowedAsync(HeraldEngine engine, Subscription edited)
    {
        await engine.WhenFollowedAsync(edited.Version, CancellationToken.None);
        judge.OnFollowed(edited);
        teller.Tell("operator", "followed", ("subscription", edited.FullId), ("version", Teller.Text(edited.Version)));
        simulator.Reached.Count("changes that all nodes follow");
    }

    private void Replay(string id, Catalog catalog, SimProcess process)
    {
        var from = DrawStart();
        Intend(id, from);
        Order(id, process, async tell =>
        {
            var replayed = await tell.AsReplay(from, () => Own(catalog, id, out var own).ReplayAsync(own, from, CancellationToken.None));
            if (replayed.Outcome == CatalogOutcome.Updated)
                simulator.Reached.Count("replays");
            return replayed;
        });
    }

    private void Redrive(DeadLetterActions desk, TenantId tenant, SimProcess process) => process.Run(() => Quietly(async () =>
    {
        var asked = Teller.Text(simulator.NowMs - Simulator.BeginsAtMs);
        var page = await desk.ListAsync(new DeadLetterQuery(null, null, 3, null), CancellationToken.None);
        if (page.Items.Count == 0)
            return;
        var ids = page.Items.Select(letter => letter.Id).ToList();
        foreach (var letter in page.Items)
            Letters.Tell(teller, process.Name, letter with { SubscriptionId = tenant.FullName(letter.SubscriptionId), Topic = tenant.FullName(letter.Topic) }, asked);
        var tell = new Told(teller, process, null);
        if (simulator.Draw(0.2))
            await tell.AsLettersAsync(Told.Discard, ids, () => desk.DiscardAsync(ids, CancellationToken.None));
        else
            simulator.Reached.Count("dead letters redriven", await tell.AsLettersAsync(Told.Redrive, ids, () => desk.RedriveAsync(ids, CancellationToken.None)));
    }));

    // The catalog of the subscription's tenant, and the subscription's name there.
    private static Catalog Own(Catalog catalog, string id, out string own)
    {
        (var tenant, own) = TenantId.Split(id);
        return catalog.Of(tenant);
    }

    private SubscriptionDraft Draft(string id, string topic) => new()
    {
        Id = TenantId.Split(id).Name,
        Topic = topic,
        Endpoint = $"{SimChannel.SchemeOf(id)}://{SimReceiver.HostOf(id)}/",
        Filter = plan.DrawFilter(simulator),
        Retry = plan.DrawPolicy(simulator, topic),
        Limits = plan.Steady is { } steady ? steady.Limit(id, UsualLimits(id)) : plan.IsGreedy && id == Greedy ? new DeliveryLimits { MaxInFlight = 50, Timeout = TimeSpan.FromMinutes(1), FixedInFlight = true }
            : UsualLimits(id),
        Reports = plan.ReportsOf(id, topic),
        Secret = new byte[32],
    };

    private static DeliveryLimits UsualLimits(string id) =>
        new() { MaxInFlight = 1 + (id[^1] % 3), Timeout = TimeSpan.FromMilliseconds(500 * (1 + (id[^1] % 3))), FixedInFlight = TenantId.Split(id).Name == "s1" };

    /// <summary>The subscription that would take all permits of a node and keep them.</summary>
    public const string Greedy = "s2";

    private StartFrom DrawStart() => simulator.Draw(0, 2) switch
    {
        _ when plan.IsQuiet => new StartFrom.Now(),
        0 => new StartFrom.Now(),
        1 => new StartFrom.Earliest(),
        _ => new StartFrom.Sequence(simulator.Draw(1, 1 + judge.AcceptedCount)),
    };

    private void Intend(string id, StartFrom from)
    {
        if (!judge.Intents.TryGetValue(id, out var intents))
            judge.Intents[id] = intents = [];
        if (_underWay.GetValueOrDefault(id) == 0)
            intents.Clear();
        intents.Add(new Intent(from, judge.Heads));
    }

    private void Order<T>(string id, SimProcess process, Func<Told, ValueTask<T>> order)
    {
        _underWay[id] = _underWay.GetValueOrDefault(id) + 1;
        process.Run(() => Quietly(async () =>
        {
            await order(new Told(teller, process, id));
            // Only an answer shows that no part of the order is still under way.
            _underWay[id]--;
        }));
    }

    private async Task Quietly(Func<Task> order)
    {
        try
        {
            await order();
        }
        catch (Exception failure) when (failure is StoreUnavailableException or ObjectDisposedException)
        {
            // The store is away, or the node has just stopped.
            simulator.Reached.Count("operators told to try again");
        }
    }
}
