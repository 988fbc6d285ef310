using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Sending;

/// <summary>
/// Grants permits; a permit is the right to run one attempt. A subscription has as many as its receiver can take. A node has a fixed
/// number, which the subscriptions with work share.
/// </summary>
/// <remarks>
/// Shards ask for permits, receive them in turn, and give each back with the attempt's result. A subscription holds at most three times as
/// many of the node's permits as it leaves free, and the last sixteenth goes only to subscriptions that hold none. So another subscription
/// can start at once, however many permits one subscription could use and however long it keeps them. The file has over 400 lines because
/// one lock guards all shares, and every operation keeps their sum.
/// </remarks>
internal sealed class PermitLedger(int nodeLimit, TimeProvider time, Random random) : IDisposable
{
    private readonly EngineClock _clock = new(time);
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Account> _accounts = [];

    // Subscriptions that could use a permit, or a retry, if the node's bound allowed it.
    private readonly FairLine<Account> _starved = new(), _starvedOfRetries = new();

    // Subscriptions whose limit will allow more at a later time.
    private readonly HashSet<Account> _sleeping = [];
    private int _inFlight, _retriesInFlight;
    private double _share = 1;
    private ITimer? _timer;
    private long _timerAtMs = long.MaxValue;

    // With these values a subscription that is alone can hold about 70 % of all.
    private const int MostOfFree = 3, ReservedPart = 16;

    private int RetryShare => Math.Max(1, nodeLimit / 4);

    /// <summary>Whether there is room for a request of this size by a holder of this much.</summary>
    public static bool HasRoom(long holds, long asks, long free, long all) =>
        free >= asks && (holds == 0 || holds + asks <= MostOfFree * (free - asks - (all / ReservedPart)));

    /// <summary>
    /// Returns whether the catalog has a subscription. A shard can ask for permits after the ledger has forgotten a subscription and before
    /// the shard learns of the deletion. An account opened then would never be closed.
    /// </summary>
    public Func<int, bool> IsThere { get; init; } = _ => true;

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>
    /// Applies changed limits or a changed endpoint. It opens no account: the first request does that, so that idle subscriptions cost
    /// nothing.
    /// </summary>
    public void Configure(Subscription subscription)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(subscription.Number, out var account))
                return;
            account.Apply(subscription, _share);
            Serve(account);
        }
    }

    /// <summary>
    /// Sets this node's part of the store's shards. The limits of each subscription are multiplied by it, so that all nodes together keep
    /// the limits that the subscription has. One exception: each node may always have one attempt in flight.
    /// </summary>
    public void Share(double share)
    {
        lock (_lock)
        {
            if (share == _share)
                return;
            _share = share;
            foreach (var account in _accounts.Values.ToList())
            {
                account.Share(share);
                Serve(account);
            }
        }
    }

    public void Forget(int subscription)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(subscription, out var account))
                return;
            account.Forgotten = true;
            account.Asked[0].Clear();
            account.Asked[1].Clear();
            _starved.Leave(account.Starved);
            _starvedOfRetries.Leave(account.StarvedOfRetries);
            if (account.InFlight == 0)
                _accounts.Remove(subscription);
        }
    }

    /// <summary>Asks for permits. Each is granted once: now, or later through <see cref="IPermitTaker.Grant"/>.</summary>
    /// <returns>
    /// How many permits of this kind the taker receives now. They are not reported through <see cref="IPermitTaker.Grant"/>.
    /// </returns>
    public int Ask(Subscription subscription, PermitKind kind, int count, IPermitTaker taker)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(subscription.Number, out var account))
            {
                if (!IsThere(subscription.Number))
                    return 0;
                _accounts[subscription.Number] = account = new Account(subscription.Number, random);
                account.Apply(subscription, _share);
            }
            if (account.Forgotten)
                return 0;
            account.Asked[(int)kind].Enqueue(new Asking(taker, count));
            return Serve(account, asking: (taker, kind));
        }
    }

    /// <summary>Gives back permits that were not used.</summary>
    public void Return(int subscription, PermitKind kind, int count)
    {
        lock (_lock)
        {
            _accounts.GetValueOrDefault(subscription)?.Rate.GiveBack(count);
            Free(subscription, kind, count);
        }
    }

    /// <summary>
    /// Gives back a permit that could not be used, because this node has no channel to the endpoint. The next permit follows after a wait.
    /// </summary>
    public void ReturnUnreachable(int subscription, PermitKind kind)
    {
        lock (_lock)
        {
            _accounts.GetValueOrDefault(subscription)?.Limit.Unreachable(NowMs());
            Return(subscription, kind, 1);
        }
    }

    /// <summary>
    /// Gives back a permit that could not be used, because the channel allows no attempt of the subscription during this time. The next
    /// permit follows after it.
    /// </summary>
    public void ReturnHeld(int subscription, PermitKind kind, TimeSpan wait)
    {
        lock (_lock)
        {
            _accounts.GetValueOrDefault(subscription)?.Limit.Hold(wait, NowMs());
            Return(subscription, kind, 1);
        }
    }

    /// <summary>Cancels the taker's open requests: it will receive no more permits.</summary>
    public void Withdraw(IPermitTaker taker)
    {
        lock (_lock)
        {
            foreach (var account in _accounts.Values)
                account.Withdraw(taker);
        }
    }

    /// <summary>Gives back a permit with the result of its attempt.</summary>
    /// <returns>Whether most of the endpoint's latest attempts have failed.</returns>
    public bool Settle(int subscription, PermitKind kind, AttemptResult result, ulong key, IPermitTaker taker)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(subscription, out var account))
            {
                Free(subscription, kind, 1);
                return false;
            }
            if (result.Outcome != AttemptOutcome.Delivered)
                account.Takers.Add(taker);
            var back = account.Limit.Settle(result, key, account.Wants, NowMs());
            Free(subscription, kind, 1);
            if (back)
            {
                foreach (var one in account.Takers)
                    one.EndpointBack(subscription);
                account.Takers.Clear();
            }
            return account.Limit.MostlyFails;
        }
    }

    /// <summary>
    /// Gives back a permit whose result says nothing about the present endpoint, because the attempt went to the previous one.
    /// </summary>
    public void Settle(int subscription, PermitKind kind)
    {
        lock (_lock)
            Free(subscription, kind, 1);
    }

    /// <summary>
    /// The attempts that the subscription has in flight from this node, and its limit. Without an account, it is the limit with which it
    /// would begin.
    /// </summary>
    public LimitView Look(Subscription subscription)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(subscription.Number, out var account))
            {
                account = new Account(subscription.Number, random);
                account.Apply(subscription, _share);
            }
            return new(account.InFlight, account.Limit.Shown, account.Limit.Reason);
        }
    }

    /// <summary>
    /// The subscriptions at whose endpoint no attempt has succeeded for this long, although attempts were made at the beginning and at the
    /// end of that time.
    /// </summary>
    public List<(int Subscription, TimeSpan For, string Reason)> Failing(TimeSpan atLeast)
    {
        var failing = new List<(int, TimeSpan, string)>();
        lock (_lock)
        {
            foreach (var account in _accounts.Values)
            {
                if (account.Limit.Streak.Failures is var (first, last, reason) && last - first >= atLeast.TotalMilliseconds)
                    failing.Add((account.Subscription, TimeSpan.FromMilliseconds(last - first), reason));
            }
        }
        return failing;
    }

    public EndpointState StateOf(int subscription)
    {
        lock (_lock)
            return _accounts.GetValueOrDefault(subscription)?.Limit.Streak.State ?? EndpointState.Unknown;
    }

    public void Dispose()
    {
        lock (_lock)
            _timer?.Dispose();
    }

    private long NowMs() => _clock.NowMs;

    private void Free(int subscription, PermitKind kind, int count)
    {
        _inFlight -= count;
        var retries = kind == PermitKind.Retry ? count : 0;
        _retriesInFlight -= retries;
        if (_accounts.TryGetValue(subscription, out var account))
        {
            account.InFlight -= count;
            account.RetriesInFlight -= retries;
            Held(account);
            if (account.Forgotten && account.InFlight == 0)
                _accounts.Remove(subscription);
        }
        // A subscription that waits for the node and holds less comes before the one that gave back this permit.
        while (_starved.TryPeek(out var next, out var holds) && NodeHasRoom(holds))
        {
            _starved.Leave(next.Starved);
            Serve(next, 1);
        }
        while (retries > 0 && _starvedOfRetries.TryPeek(out var next, out _) && NodeHasRoomForRetry(next))
        {
            _starvedOfRetries.Leave(next.StarvedOfRetries);
            Serve(next, 1);
        }
        if (account is not null)
            Serve(account);
    }

    private void Held(Account account)
    {
        _starved.Move(account.Starved, account.InFlight);
        _starvedOfRetries.Move(account.StarvedOfRetries, account.RetriesInFlight);
    }

    /// <param name="asking">The taker that asks at this moment, and the kind; null when none does.</param>
    /// <returns>How many permits are granted to that taker and kind.</returns>
    private int Serve(Account account, int most = int.MaxValue, (IPermitTaker Taker, PermitKind Kind)? asking = null)
    {
        var answered = 0;
        if (account.Forgotten)
            return answered;
        var now = NowMs();
        while (most > 0)
        {
            if (!account.Wants)
                return answered;
            var room = account.Limit.Allowed(now, account.InFlight) - account.InFlight;
            if (room <= 0)
            {
                WakeAt(account, account.Limit.WakeAtMs(now));
                return answered;
            }
            if (Choose(account, now) is not { } chosen)
            {
                // Its own retries serve it again when they end. The node's share of retries may be held by another subscription.
                if (!NodeHasRoomForRetry(account))
                    _starvedOfRetries.Enter(account.StarvedOfRetries, account.RetriesInFlight);
                return answered;
            }
            if (!NodeHasRoom(account.InFlight))
            {
                _starved.Enter(account.Starved, account.InFlight);
                return answered;
            }
            if (!account.Rate.TryTake(now, out var nextAtMs))
            {
                WakeAt(account, nextAtMs);
                return answered;
            }
            var taker = GrantOne(account, chosen);
            account.Limit.Granted(now);
            most--;
            // The taker that asks at this moment learns of the permit by the return value, so it is not notified.
            if (asking is var (asker, kind) && taker == asker && chosen == kind)
                answered++;
            else
                taker.Grant(account.Subscription, chosen, 1);
        }
        if (account.Wants)
            _starved.Enter(account.Starved, account.InFlight);
        return answered;
    }

    // Retries go first within their share, because their keys have waited. At a suspect endpoint three of four attempts are keys that have
    // not been tried yet: one of them may show that the endpoint works.
    private PermitKind? Choose(Account account, long now)
    {
        var share = Math.Max(1, account.Limit.Allowed(now, account.InFlight) / 4);
        var (first, retry) = (account.Asked[(int)PermitKind.First].Count > 0, account.Asked[(int)PermitKind.Retry].Count > 0);
        retry &= account.RetriesInFlight < share && NodeHasRoomForRetry(account);
        if (retry && first && (account.Limit.IsDown || account.Limit.IsSuspect))
            return account.Turn++ % 4 == 0 ? PermitKind.Retry : PermitKind.First;
        return retry ? PermitKind.Retry : first ? PermitKind.First : null;
    }

    /// <returns>The taker that receives the permit.</returns>
    private IPermitTaker GrantOne(Account account, PermitKind kind)
    {
        account.InFlight++;
        _inFlight++;
        if (kind == PermitKind.Retry)
        {
            account.RetriesInFlight++;
            _retriesInFlight++;
        }
        Held(account);
        var asked = account.Asked[(int)kind];
        var first = asked.Dequeue();
        if (first.Count > 1)
            asked.Enqueue(first with { Count = first.Count - 1 }); // The next shard has its turn.
        return first.Taker;
    }

    private bool NodeHasRoom(int holds) => HasRoom(holds, 1, nodeLimit - _inFlight, nodeLimit);

    private bool NodeHasRoomForRetry(Account account) => HasRoom(account.RetriesInFlight, 1, RetryShare - _retriesInFlight, RetryShare);

    private void WakeAt(Account account, long atMs)
    {
        if (atMs == 0)
            return;
        _sleeping.Add(account);
        if (atMs >= _timerAtMs)
            return;
        _timerAtMs = atMs;
        _timer ??= time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, atMs - NowMs())), Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        lock (_lock)
        {
            _timerAtMs = long.MaxValue;
            var due = _sleeping.ToArray();
            _sleeping.Clear();
            foreach (var account in due)
                Serve(account); // If still not allowed, it goes back to sleep.
        }
    }

    private readonly record struct Asking(IPermitTaker Taker, int Count);

    private sealed class Account
    {
        public readonly int Subscription;
        public readonly FairPlace<Account> Starved, StarvedOfRetries;
        public ReceiverLimit Limit { get; private set; }
        public readonly RateLimit Rate = new();
        public readonly Queue<Asking>[] Asked = [new(), new()];
        public readonly HashSet<IPermitTaker> Takers = [];
        public int InFlight, RetriesInFlight;
        public bool Wants => Asked[0].Count > 0 || Asked[1].Count > 0;
        public uint Turn;
        public bool Forgotten;

        private readonly Random _random;
        private DeliveryLimits _limits = new();
        private int _endpoint;

        public Account(int subscription, Random random)
        {
            (Subscription, _random, Limit) = (subscription, random, new ReceiverLimit(random));
            (Starved, StarvedOfRetries) = (new(this), new(this));
        }

        // Nothing is known about the new receiver, so its limit starts anew.
        public void Apply(Subscription subscription, double share)
        {
            if (_endpoint != 0 && _endpoint != subscription.EndpointRevision)
            {
                Limit = new ReceiverLimit(_random);
                Takers.Clear();
            }
            (_limits, _endpoint) = (subscription.Limits, subscription.EndpointRevision);
            Share(share);
        }

        public void Share(double share)
        {
            Limit.Most = Math.Max(1, (int)Math.Round(_limits.MaxInFlight * share, MidpointRounding.AwayFromZero));
            Limit.Fixed = _limits.FixedInFlight;
            Limit.Share = share;
            Rate.PerSecond = _limits.RatePerSecond * share;
        }

        public void Withdraw(IPermitTaker taker)
        {
            Takers.Remove(taker);
            foreach (var asked in Asked)
            {
                for (var turns = asked.Count; turns > 0; turns--)
                {
                    var one = asked.Dequeue();
                    if (one.Taker != taker)
                        asked.Enqueue(one);
                }
            }
        }
    }
}
