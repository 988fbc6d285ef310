using Herald.Engine;
using Herald.Orders.Activity;

namespace Herald.Orders.Registrations;

/// <summary>
/// Customers that handlers can get; the one that has waited longest comes first. Handlers that ask within a short time share one look at
/// all customers, which gives out each customer once.
/// </summary>
/// <remarks>Not thread-safe, except where noted.</remarks>
internal sealed class CandidateList(HeraldEngine engine, CustomerWatch watch, TakingWatch taking, TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMilliseconds(200);

    /// <summary>This long after a customer's newest event was seen, its lag includes that event.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>How long an empty lag is trusted while no new event is seen.</summary>
    private static readonly TimeSpan EmptyFor = TimeSpan.FromSeconds(30);

    private readonly LinkedList<Candidate> _left = new();
    private readonly Dictionary<Guid, Emptiness> _empty = [];
    private RegistrationList? _list;
    private long _lookedAt;

    /// <summary>The registrations as this node knows them. Any thread can read them.</summary>
    public RegistrationList Registrations
    {
        get
        {
            var list = Volatile.Read(ref _list);
            if (list is null || list.Version != watch.Topic.Version)
                Volatile.Write(ref _list, list = RegistrationList.Of(watch.Topic));
            return list;
        }
    }

    public RegistrationList? LastRegistrations => Volatile.Read(ref _list);

    /// <summary>
    /// Whether the handler has shown a sign of life within its window. If this node has seen none yet, the window starts now, or, for a
    /// handler that registered before the watch began, when the watch began.
    /// </summary>
    public bool Lives(Registration registration)
    {
        var assumed = registration.Epoch <= watch.BeganVersion ? watch.BeganAt : time.GetTimestamp();
        var heard = watch.Memory.HeardOrAssumed(registration.Customer, registration.Epoch, assumed);
        return heard.Epoch > registration.Epoch || time.GetElapsedTime(heard.At) < registration.Mark.Window;
    }

    /// <summary>The next customer with undelivered events and no live handler, or null. The same look does not return it again.</summary>
    public async ValueTask<Candidate?> NextAsync(TimeSpan window, CancellationToken cancel)
    {
        if (_lookedAt == 0 || time.GetElapsedTime(_lookedAt) >= GoodFor)
            Look();
        for (var node = _left.First; node is not null;)
        {
            var (candidate, next) = (node.Value, node.Next);
            if (candidate.Before is null)
            {
                // The event can be too old for this handler's window, but not for another handler's.
                if (time.GetElapsedTime(candidate.SeenAt!.Value) <= window)
                {
                    _left.Remove(node);
                    return candidate;
                }
            }
            else
            {
                _left.Remove(node);
                if (await HasUndeliveredAsync(candidate, cancel))
                    return candidate;
            }
            node = next;
        }
        return null;
    }

    private void Look()
    {
        _lookedAt = time.GetTimestamp();
        var list = Registrations;
        var found = new List<Candidate>();
        foreach (var registration in list.All)
        {
            if (registration.IsPaused || !(registration.IsGivenUp || !Lives(registration) || taking.HasStalled(registration)))
                continue;
            var seen = watch.Memory.Find(registration.Customer);
            found.Add(new(registration.Customer, registration, seen?.Rank ?? 0, seen?.SeenAt));
        }
        var since = _lookedAt - (long)(RegistrationRules.LongestWindow.TotalSeconds * time.TimestampFrequency);
        foreach (var (customer, seen) in watch.Memory.SeenSince(since, customer => !list.HasWebhook(customer)))
            found.Add(new(customer, null, seen.Rank, seen.SeenAt));
        foreach (var customer in _empty.Keys.Where(customer => list.Of(customer) is null).ToList())
            _empty.Remove(customer);
        _left.Clear();
        foreach (var candidate in found.OrderBy(one => one.Rank))
            _left.AddLast(candidate);
    }

    private async ValueTask<bool> HasUndeliveredAsync(Candidate candidate, CancellationToken cancel)
    {
        if (_empty.TryGetValue(candidate.Customer, out var known) && known.SeenAt == candidate.SeenAt && time.GetElapsedTime(known.At) < EmptyFor)
            return false;
        var at = time.GetTimestamp();
        if (await engine.Inspector.LagAsync(candidate.Before!.Subscription.Id, cancel) is { } lag && Undelivered.IsIn(lag))
            return true;
        // An event that was just accepted can be missing in the lag, so an empty lag is not remembered then.
        if (candidate.SeenAt is null || time.GetElapsedTime(candidate.SeenAt.Value, at) > Settled)
            _empty[candidate.Customer] = new(candidate.SeenAt, at);
        return false;
    }

    private readonly record struct Emptiness(long? SeenAt, long At);
}
