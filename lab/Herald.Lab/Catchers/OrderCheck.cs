using System.Runtime.InteropServices;

namespace Herald.Lab.Catchers;

/// <summary>
/// Judges the order of changes by first receipt, per order: after the first one each must be the next. Where an order begins is where it is
/// first seen, because another handler may have had its beginning.
/// </summary>
/// <remarks>
/// Three numbers an order. Of the orders heard of lately <paramref name="remembered"/> are kept at least, and twice as many at most; one that
/// was forgotten begins anew with the next of its changes.
/// </remarks>
public sealed class OrderCheck(int remembered = OrderCheck.Remembered)
{
    public const int Remembered = 500_000;

    /// <summary>So many violations are told in words; all are counted.</summary>
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

    /// <summary>A change has arrived, whatever it will be answered.</summary>
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
                // From here it goes on, so that one break is counted once.
                (progress.Last, progress.IsAcknowledged) = (number, false);
                return OrderReceipt.Violation;
            }
            if (number < progress.First)
            {
                Tell($"order {order}: expected {progress.Last + 1}, got {number}, which is before the first that was seen, {progress.First}");
                progress.First = number;
                return OrderReceipt.Violation;
            }
            return number == progress.Last && !progress.IsAcknowledged ? OrderReceipt.Again : OrderReceipt.Duplicate;
        }
    }

    /// <summary>A change is about to be answered 2xx.</summary>
    /// <returns>Whether it is for the first time.</returns>
    public bool Acknowledge(Guid order, long number)
    {
        lock (_lock)
        {
            ref var progress = ref Find(order, out var isKnown);
            if (!isKnown)
            {
                // Forgotten between arrival and answer.
                progress = new Progress { First = number, Last = number, IsAcknowledged = true };
                return true;
            }
            if (number != progress.Last || progress.IsAcknowledged)
                return false;
            progress.IsAcknowledged = true;
            return true;
        }
    }

    /// <summary>Somebody else may go on with these orders from here.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _recent.Clear();
            _older.Clear();
        }
    }

    /// <summary>An order that is asked for counts as heard of lately.</summary>
    private ref Progress Find(Guid order, out bool isKnown)
    {
        ref var found = ref CollectionsMarshal.GetValueRefOrAddDefault(_recent, order, out isKnown);
        if (isKnown)
            return ref found;
        isKnown = _older.Remove(order, out found);
        if (_recent.Count <= remembered)
            return ref found;
        // Full: what was recent is older now, and what was older is forgotten.
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
