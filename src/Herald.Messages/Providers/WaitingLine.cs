namespace Herald.Messages.Providers;

/// <summary>
/// Those who wait for one provider, subscription by subscription: one message of each, then the next one of each. Not thread-safe: the
/// gate guards it.
/// </summary>
/// <remarks>
/// A subscription that was served stays in the line for one round, also without a message that waits. So one that comes back at once is
/// behind the others, and one that comes after a rest is before them.
/// </remarks>
internal sealed class WaitingLine
{
    private readonly Dictionary<int, Place> _places = [];
    private readonly Queue<int> _fresh = new(), _served = new();

    public int Count { get; private set; }

    public void Add(Waiter waiter)
    {
        if (!_places.TryGetValue(waiter.Subscription, out var place))
        {
            _places[waiter.Subscription] = place = new();
            _fresh.Enqueue(waiter.Subscription);
        }
        waiter.Node = place.Waiters.AddLast(waiter);
        Count++;
    }

    /// <returns>False when the waiter is no longer in the line.</returns>
    public bool Remove(Waiter waiter)
    {
        if (waiter.Node?.List is not { } waiters)
            return false;
        waiters.Remove(waiter.Node);
        Count--;
        ForgetRoundIfEmpty();
        return true;
    }

    /// <summary>Removes the next one from the line; null when nobody waits.</summary>
    public Waiter? Take()
    {
        while (Count > 0)
        {
            var subscription = (_fresh.Count > 0 ? _fresh : _served).Dequeue();
            if (_places[subscription].Waiters.First is not { } first)
            {
                _places.Remove(subscription);
                continue;
            }
            first.List!.Remove(first);
            _served.Enqueue(subscription);
            Count--;
            ForgetRoundIfEmpty();
            return first.Value;
        }
        return null;
    }

    /// <summary>How many will be served before one more of this subscription, if nobody else comes.</summary>
    public int Ahead(int subscription)
    {
        if (!_places.TryGetValue(subscription, out var own))
            return _fresh.Count;
        var round = own.Waiters.Count + 1;
        return own.Waiters.Count + _places.Values.Sum(place => place == own ? 0 : Math.Min(place.Waiters.Count, round));
    }

    private void ForgetRoundIfEmpty()
    {
        if (Count > 0)
            return;
        _places.Clear();
        _fresh.Clear();
        _served.Clear();
    }

    public sealed class Waiter(int subscription)
    {
        public int Subscription => subscription;

        public TaskCompletionSource<Admission> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal LinkedListNode<Waiter>? Node { get; set; }
    }

    private sealed class Place
    {
        public LinkedList<Waiter> Waiters { get; } = new();
    }
}
