using Herald.Engine;
using Herald.Orders.Activity;

namespace Herald.Orders.Registrations;

/// <summary>
/// Customers that may be given to a handler, those first that have waited longest. All handlers that ask within a short time share one look
/// at everything; each customer of it is given out once. Used by one at a time.
/// </summary>
internal sealed class CandidateList(HeraldEngine engine, CustomerWatch watch, TakingWatch taking, TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMilliseconds(200);

    /// <summary>So long after its newest event was seen, a customer's lag is told with that event in it.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>A lag that was empty is believed for so long when no event has come since.</summary>
    private static readonly TimeSpan EmptyFor = TimeSpan.FromSeconds(30);

    private readonly LinkedList<Candidate> _left = new();
    private readonly Dictionary<Guid, Emptiness> _empty = [];
    private RegistrationList? _list;
    private long _lookedAt;

    /// <summary>As this node knows them. Any thread.</summary>
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

    /// <summary>Whether the handler has been heard of within its window. What this node has not heard of yet counts as heard of now.</summary>
    public bool Lives(Registration registration)
    {
        var assumed = registration.Epoch <= watch.BeganVersion ? watch.BeganAt : time.GetTimestamp();
        var heard = watch.Memory.HeardOrAssumed(registration.Customer, registration.Epoch, assumed);
        return heard.Epoch > registration.Epoch || time.GetElapsedTime(heard.At) < registration.Mark.Window;
    }

    /// <summary>The next customer with events that nobody takes, or null. It is not given again by the same look.</summary>
    public async ValueTask<Candidate?> NextAsync(TimeSpan window, CancellationToken cancel)
    {
        if (_lookedAt == 0 || time.GetElapsedTime(_lookedAt) >= GoodFor)
            Look();
        for (var node = _left.First; node is not null;)
        {
            var (candidate, next) = (node.Value, node.Next);
            if (candidate.Before is null)
            {
                // It may be too old for this handler's window, and not for another's.
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
            found.Add(new(registration.Customer, registration, seen?.Order ?? 0, seen?.SeenAt));
        }
        var since = _lookedAt - (long)(RegistrationRules.LongestWindow.TotalSeconds * time.TimestampFrequency);
        foreach (var (customer, seen) in watch.Memory.SeenSince(since, customer => !list.HasWebhook(customer)))
            found.Add(new(customer, null, seen.Order, seen.SeenAt));
        foreach (var customer in _empty.Keys.Where(customer => list.Of(customer) is null).ToList())
            _empty.Remove(customer);
        _left.Clear();
        foreach (var candidate in found.OrderBy(one => one.Order))
            _left.AddLast(candidate);
    }

    private async ValueTask<bool> HasUndeliveredAsync(Candidate candidate, CancellationToken cancel)
    {
        if (_empty.TryGetValue(candidate.Customer, out var known) && known.SeenAt == candidate.SeenAt && time.GetElapsedTime(known.At) < EmptyFor)
            return false;
        var at = time.GetTimestamp();
        if (await engine.Inspector.LagAsync(candidate.Before!.Subscription.Id, cancel) is { } lag && Undelivered.IsIn(lag))
            return true;
        // Just accepted, an event may not be in the lag yet: what is said then is not remembered.
        if (candidate.SeenAt is null || time.GetElapsedTime(candidate.SeenAt.Value, at) > Settled)
            _empty[candidate.Customer] = new(candidate.SeenAt, at);
        return false;
    }

    private readonly record struct Emptiness(long? SeenAt, long At);
}
