using System.Runtime.InteropServices;

namespace Herald.Lab.Catchers;

/// <summary>
/// Judges the order of changes by first receipt, separately for each order: after the first change, each must be the next one. The first
/// change that arrives can have any number, because another handler can have received the earlier ones.
/// </summary>
/// <remarks>
/// An order takes three numbers of memory. The check keeps at least the last <paramref name="remembered"/> orders, and at most twice as
/// many. A forgotten order begins anew with its next change.
/// </remarks>
public sealed class OrderCheck(int remembered = OrderCheck.Remembered)
{
    public const int Remembered = 500_000;

    /// <summary>This many violations are kept as text; all are counted.</summary>
    public const int MostTold = 10;

    private readonly Lock _lock = new();
    private readonly List<string> _told = [];
    private Dictionary<Guid, Progress> _recent = [];
    private Dictionary<Guid, Progress> _older = [];

    public long Violations { get; private set; }

    /// <summary>The first few violations.</summary>
    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_lock)
                return [.. _told];
        }
    }

    /// <summary>Records that a change has arrived, whatever the answer will be.</summary>
    public OrderReceipt Arrive(Guid order, long number)
    {
        lock (_lock)
        {
            ref var progress = ref Find(order, out var isKnown);
            if (!isKnown)
            {
                progress = new Progress { First = number, Last = number };
                return OrderReceipt.Begins;
            }
            if (number == progress.Last + 1)
            {
                (progress.Last, progress.IsAcknowledged) = (number, false);
                return OrderReceipt.Next;
            }
            if (number > progress.Last)
            {
                Tell($"order {order}: expected {progress.Last + 1}, got {number}");
                // The check continues from this number, so one break is counted once.
                (progress.Last, progress.IsAcknowledged) = (number, false);
                return OrderReceipt.Violation;
            }
            if (number < progress.First)
            {
                Tell(
                    $"order {order}: expected {progress.Last + 1}, got {number}, which is before the first change that was "
                        + $"received, {progress.First}");
                progress.First = number;
                return OrderReceipt.Violation;
            }
            return number == progress.Last && !progress.IsAcknowledged ? OrderReceipt.Again : OrderReceipt.Duplicate;
        }
    }

    /// <summary>Records that a change is about to be answered 2xx.</summary>
    /// <returns>Whether it is acknowledged for the first time.</returns>
    public bool Acknowledge(Guid order, long number)
    {
        lock (_lock)
        {
            ref var progress = ref Find(order, out var isKnown);
            if (!isKnown)
            {
                // The order was forgotten between arrival and answer.
                progress = new Progress { First = number, Last = number, IsAcknowledged = true };
                return true;
            }
            if (number != progress.Last || progress.IsAcknowledged)
                return false;
            progress.IsAcknowledged = true;
            return true;
        }
    }

    /// <summary>Forgets all orders, because another handler can continue with them now.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _recent.Clear();
            _older.Clear();
        }
    }

    /// <summary>Finding an order makes it a recent one.</summary>
    private ref Progress Find(Guid order, out bool isKnown)
    {
        ref var found = ref CollectionsMarshal.GetValueRefOrAddDefault(_recent, order, out isKnown);
        if (isKnown)
            return ref found;
        isKnown = _older.Remove(order, out found);
        if (_recent.Count <= remembered)
            return ref found;
        // The recent orders are full: they become the older ones, and the older ones are forgotten.
        var kept = found;
        _recent.Remove(order);
        (_older, _recent) = (_recent, []);
        found = ref CollectionsMarshal.GetValueRefOrAddDefault(_recent, order, out _);
        found = kept;
        return ref found;
    }

    private void Tell(string violation)
    {
        Violations++;
        if (_told.Count < MostTold)
            _told.Add(violation);
    }

    private struct Progress
    {
        public long First;
        public long Last;
        public bool IsAcknowledged;
    }
}
