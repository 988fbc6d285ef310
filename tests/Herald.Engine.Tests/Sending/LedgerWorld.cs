using Herald.Engine.Channels;
using Herald.Engine.Sending;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Shards;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Sending;

/// <summary>
/// A ledger with subscriptions, shards and receivers drawn from a seed. The test counts permits itself and checks every bound after every
/// step.
/// </summary>
internal sealed class LedgerWorld : IDisposable
{
    private readonly Random _random;
    private readonly ManualClock _clock = new();
    private readonly int _nodeLimit;
    private readonly PermitLedger _ledger;
    private readonly List<Subscription> _subscriptions = [];
    private readonly RecordingTaker[] _shards = [new(), new(), new()];
    private readonly int[] _taken = new int[3];
    private readonly Dictionary<(int Shard, int Subscription, PermitKind Kind), int> _open = [];
    private readonly List<(int Shard, int Subscription, PermitKind Kind)> _held = [];

    public LedgerWorld(int seed)
    {
        _random = new Random(seed);
        _nodeLimit = 1 + _random.Next(40);
        _ledger = new PermitLedger(_nodeLimit, _clock, new Random(seed));
        for (var number = 1; number <= 1 + _random.Next(6); number++)
        {
            var limits = new DeliveryLimits
            {
                MaxInFlight = 1 + _random.Next(30),
                FixedInFlight = _random.Next(3) == 0,
                RatePerSecond = _random.Next(4) == 0 ? 1 + _random.Next(100) : null,
            };
            _subscriptions.Add(SubscriptionEntries.Plain(number, limits: limits).Subscription);
        }
    }

    public void Run()
    {
        for (var step = 0; step < 500; step++)
        {
            switch (_random.Next(10))
            {
                case < 3: Ask(); break;
                case < 8: Give(healed: false); break;
                default: _clock.Advance(TimeSpan.FromMilliseconds(_random.Next(500))); break;
            }
            Check();
        }
        // From here on, all receivers work. Every request that is still open must be granted.
        for (var round = 0; round < 10_000 && _open.Values.Any(open => open > 0); round++)
        {
            while (_held.Count > 0)
            {
                Give(healed: true);
                Check();
            }
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            Check();
        }
        Assert.All(_open, open => Assert.Equal(0, open.Value));
        while (_held.Count > 0)
            Give(healed: true);
        Check();
        Assert.Equal(0, _ledger.InFlight);
    }

    public void Dispose() => _ledger.Dispose();

    private void Ask()
    {
        var (shard, subscription) = (_random.Next(_shards.Length), _subscriptions[_random.Next(_subscriptions.Count)]);
        var (kind, count) = (_random.Next(2) == 0 ? PermitKind.First : PermitKind.Retry, 1 + _random.Next(8));
        var place = (shard, subscription.Number, kind);
        _open[place] = _open.GetValueOrDefault(place) + count;
        _ledger.AskFor(subscription, kind, count, _shards[shard]);
    }

    private void Give(bool healed)
    {
        if (_held.Count == 0)
            return;
        var i = _random.Next(_held.Count);
        var (shard, subscription, kind) = _held[i];
        _held.RemoveAt(i);
        if (!healed && _random.Next(6) == 0)
            _ledger.Return(subscription, kind, 1);
        else
            _ledger.Settle(subscription, kind, healed ? Results.Delivered() : Draw(subscription), (ulong)_random.Next(50), _shards[shard]);
    }

    // The receiver of the first subscription mostly does not answer. The second one's mostly answers with failures.
    private AttemptResult Draw(int subscription) => _random.Next(subscription <= 2 ? 12 : 2) == 0 ? Results.Delivered(_random.Next(100))
        : subscription == 2 ? Results.Status500
        : _random.Next(10) == 0 ? Results.TooMany(TimeSpan.FromSeconds(_random.Next(3)))
        : Results.TimedOut;

    private void Check()
    {
        for (var shard = 0; shard < _shards.Length; shard++)
        {
            foreach (var (subscription, kind) in _shards[shard].Granted.Skip(_taken[shard]))
            {
                var place = (shard, subscription, kind);
                Assert.True(--_open[place] >= 0, $"{place} got more than it asked for");
                _held.Add(place);
            }
            _taken[shard] = _shards[shard].Granted.Count;
        }
        Assert.Equal(_held.Count, _ledger.InFlight);
        Assert.InRange(_held.Count, 0, _nodeLimit);
        Assert.InRange(_held.Count(h => h.Kind == PermitKind.Retry), 0, Math.Max(1, _nodeLimit / 4));
        foreach (var subscription in _subscriptions)
        {
            var mine = _held.Where(h => h.Subscription == subscription.Number).ToList();
            var most = subscription.Limits.MaxInFlight;
            Assert.Equal(mine.Count, _ledger.Look(subscription).InFlight);
            Assert.InRange(mine.Count, 0, most);
            Assert.InRange(mine.Count(h => h.Kind == PermitKind.Retry), 0, Math.Max(1, most / 4));
        }
    }
}
