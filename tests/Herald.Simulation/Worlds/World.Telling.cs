using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Stores;
using Herald.Simulation.Traces;
using Herald.TestKit.Hashes;

namespace Herald.Simulation.Worlds;

/// <summary>Reports to the outside judge what the world knows: its settings, the store's weather, and the end.</summary>
internal sealed partial class World
{
    private const string Name = "world";

    // The time until all nodes know a change. It is longer where nodes hardly get announcements or something hinders them: they then learn
    // of a change only by the work that reaches them.
    private const long FollowsMs = 10_000, FollowsSlowlyMs = 60_000;

    // A simulated receiver that is well answers within this time.
    private const long AnswersWithinMs = 40;

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.LetGo();
        _teller.Dispose();
    }

    private void TellSettings(bool keysCollide)
    {
        var options = _plan.Options;
        var isHindered = _plan.NodesFail || _plan.StoreFails || _plan.TellsOfCatalog < 0.5;
        var lease = (long)(_plan.LeasesLast?.TotalMilliseconds ?? 0);
        _teller.Tell(
            Name, "settings", ("nodes", Teller.Text(_plan.Nodes)), ("permits", Teller.Text(options.MaxInFlight)), ("commitEvery",
                Teller.Text((long)options.CommitEvery.TotalMilliseconds)),
            ("slowestCall", Teller.Text((2 * StoreLink.SlowestMs) + 500)), ("lease", lease > 0 ? Teller.Text(lease)
                : null), ("follow", Teller.Text(isHindered ? FollowsSlowlyMs : FollowsMs)),
            ("recovers", Teller.Text(lease == 0 ? 1000 : (3 * lease) + (long)options.Handover.TotalMilliseconds + 2000)),
            ("blockedPerSubscription", Teller.Text(options.MaxBlockedPerSubscription)), ("blocked", Teller.Text(options.MaxBlocked)),
            ("answersWithin", Teller.Text(AnswersWithinMs)), ("alike", keysCollide ? string.Join(',', OneLane.Keys) : null),
            ("skipsWait", _plan.HasSmallCommits ? "yes" : null),
            ("duplicateWindow", _plan.Remembers is { } window ? Teller.Text((long)window.TotalMilliseconds) : null));
    }

    // For those outside, an event that the application makes, or a report, is like a published one.
    private void TellMade(ShardId shard, StoredEvent made)
    {
        var (view, n) = (new EventView(made.Record), _teller.Next());
        var topic = _store.FindInCatalog(new CatalogQuery.ByNumber(CatalogCodec.TopicKind, [made.Entry.Topic]))[0].Id;
        (string, string?)[] what =
        [
            ("n", n), ("topic", topic), ("key", view.KeyText), ("id", view.IdText), ("type", view.TypeText),
            .. view.AttributesText().Select(one => ("a." + one.Key, (string?)one.Value)), ("digest", Teller.Digest(view.Payload.Span)),
        ];
        _teller.Tell("engine", "publish", what);
        _teller.Tell(
            "engine", "published",
            [.. what, ("verdict", "accepted"), ("shard", Teller.Text(shard.Value)), ("sequence", Teller.Text(made.Entry.Sequence))]);
    }

    private void TellWeather() => _teller.Tell("store", "store", ("weather", _weather == StoreWeather.Calm ? "calm" : "rough"));

    private void Trim()
    {
        var shard = _simulator.Draw(0, _plan.Shards - 1);
        _store.Trim(new ShardId(shard), _simulator.Draw(1, 1 + _judge.AcceptedCount));
        _teller.Tell("store", "trimmed", ("shard", Teller.Text(shard)), ("first", Teller.Text(_store.Shards[shard].First)));
    }

    private void TellTheEnd()
    {
        foreach (var letter in _store.ListLetters(new DeadLetterQuery(null, null, int.MaxValue, null)))
            Letters.Tell(_teller, Name, letter, null);
        _teller.Tell(Name, "settled");
        if (_simulator.Broken is not null)
            throw _simulator.Broken;
    }
}
