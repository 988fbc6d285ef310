using System.Collections.Concurrent;
using Herald.Nats.Wire;

namespace Herald.Nats.Subscriptions;

/// <summary>All that a connection has subscribed, by number.</summary>
public sealed class InterestSet
{
    private readonly ConcurrentDictionary<long, Interest> _all = new();
    private long _last;

    public IEnumerable<Interest> All => _all.Values;

    public Interest Add(string subject, string? queue, IMessageSink sink)
    {
        var interest = new Interest(Interlocked.Increment(ref _last), subject, queue, sink);
        _all[interest.Sid] = interest;
        return interest;
    }

    /// <returns>False when it is not there, or was leaving already.</returns>
    public bool Leave(long sid)
    {
        if (!_all.TryGetValue(sid, out var interest) || interest.IsLeaving)
            return false;
        interest.IsLeaving = true;
        return true;
    }

    public void Remove(long sid) => _all.TryRemove(sid, out _);

    /// <summary>Messages of those that have gone may still come: they are nobody's.</summary>
    public void Deliver(in Frame frame)
    {
        if (_all.TryGetValue(frame.Sid, out var interest))
            interest.Sink.Take(NatsMessage.Copy(frame));
    }

    /// <summary>The server does not allow this subject.</summary>
    public void Deny(string subject, string reason)
    {
        foreach (var interest in All.Where(interest => interest.Subject == subject))
        {
            Remove(interest.Sid);
            interest.Sink.End(new NatsRefusedException(reason));
        }
    }

    public void End()
    {
        foreach (var interest in All)
            interest.Sink.End(null);
        _all.Clear();
    }
}
