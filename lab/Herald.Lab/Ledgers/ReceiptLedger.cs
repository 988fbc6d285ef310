using System.Runtime.InteropServices;

namespace Herald.Lab.Ledgers;

/// <summary>
/// The judge of a run. Publishers enter accepted events, receivers enter acknowledged ones, and the ledger reports what is lost, repeated
/// or out of order. An event is identified by its key and its number within the key, 1, 2, 3 …, both from the payload. The ledger does not
/// rely on Herald's own claims about the order.
/// </summary>
/// <remarks>
/// Order is judged by first receipt: an event is out of order when a later one of its key was received before its first receipt. Memory
/// holds a few ranges per key and receiver, and a limited number of webhook ids. It does not grow with the number of events.
/// </remarks>
public sealed class ReceiptLedger
{
    /// <summary>The default number of the latest receipts per receiver whose webhook ids are kept, to compare repeats with.</summary>
    public const int RememberedIds = 65_536;

    private readonly Lock _acceptedLock = new();
    private readonly Dictionary<string, SequenceSet> _accepted = [];
    private readonly Receiver[] _receivers;
    private long _acceptedCount;

    /// <param name="rememberedIds">How many webhook ids are kept for each receiver.</param>
    public ReceiptLedger(int receivers, int rememberedIds = RememberedIds)
    {
        _receivers = new Receiver[receivers];
        for (var i = 0; i < receivers; i++)
            _receivers[i] = new Receiver(rememberedIds);
    }

    public long AcceptedCount => Interlocked.Read(ref _acceptedCount);

    /// <summary>Records that Herald has confirmed the event to the publisher. A repeated call has no effect.</summary>
    public void Accepted(string key, long sequence)
    {
        lock (_acceptedLock)
        {
            if (For(_accepted, key).Add(sequence))
                Interlocked.Increment(ref _acceptedCount);
        }
    }

    /// <summary>Records that a receiver acknowledges an event.</summary>
    public Receipt Received(int receiver, string key, long sequence, string webhookId) =>
        _receivers[receiver].Receive(key, sequence, webhookId);

    /// <summary>
    /// The counts so far, cheap enough to show once per second. <see cref="LedgerTotals.Delivered"/> includes events that are not confirmed
    /// to the publisher yet.
    /// </summary>
    public LedgerTotals Now(int receiver)
    {
        var at = _receivers[receiver];
        lock (at.Lock)
            return new(AcceptedCount, at.Distinct, at.Duplicates, at.OutOfOrder, Math.Max(0, AcceptedCount - at.Distinct), at.ChangedIds);
    }

    /// <summary>The verdict on one receiver. Only accepted events count as delivered.</summary>
    public LedgerTotals Judge(int receiver)
    {
        var at = _receivers[receiver];
        lock (_acceptedLock)
            lock (at.Lock)
            {
                long delivered = 0;
                foreach (var (key, sequences) in _accepted)
                    if (at.Keys.TryGetValue(key, out var received))
                        delivered += received.CountCommon(sequences);
                return new(_acceptedCount, delivered, at.Duplicates, at.OutOfOrder, _acceptedCount - delivered, at.ChangedIds);
            }
    }

    /// <summary>The verdict on the run. Every count except the accepted events is a sum over the receivers.</summary>
    public LedgerTotals Judge()
    {
        var sum = new LedgerTotals(AcceptedCount, 0, 0, 0, 0, 0);
        for (var i = 0; i < _receivers.Length; i++)
        {
            var one = Judge(i);
            sum = sum with
            {
                Delivered = sum.Delivered + one.Delivered,
                Duplicates = sum.Duplicates + one.Duplicates,
                OutOfOrder = sum.OutOfOrder + one.OutOfOrder,
                Lost = sum.Lost + one.Lost,
                ChangedIds = sum.ChangedIds + one.ChangedIds,
            };
        }
        return sum;
    }

    /// <summary>Some accepted events that a receiver has not received, to show more than a number when events are lost.</summary>
    public IReadOnlyList<(string Key, long Sequence)> Missing(int receiver, int most)
    {
        var missing = new List<(string, long)>();
        var at = _receivers[receiver];
        lock (_acceptedLock)
            lock (at.Lock)
                foreach (var (key, sequences) in _accepted)
                {
                    var received = at.Keys.GetValueOrDefault(key);
                    foreach (var (first, last) in sequences.Ranges)
                        for (var sequence = first; sequence <= last && missing.Count < most; sequence++)
                            if (received?.Contains(sequence) != true)
                                missing.Add((key, sequence));
                }
        return missing;
    }

    private static SequenceSet For(Dictionary<string, SequenceSet> keys, string key)
    {
        ref var found = ref CollectionsMarshal.GetValueRefOrAddDefault(keys, key, out _);
        return found ??= new SequenceSet();
    }

    private sealed class Receiver(int rememberedIds)
    {
        public readonly Lock Lock = new();
        public readonly Dictionary<string, SequenceSet> Keys = [];
        private readonly Dictionary<(string Key, long Sequence), string> _ids = [];
        private readonly Queue<(string Key, long Sequence)> _oldestIds = new();

        public long Distinct { get; private set; }
        public long Duplicates { get; private set; }
        public long OutOfOrder { get; private set; }
        public long ChangedIds { get; private set; }

        public Receipt Receive(string key, long sequence, string webhookId)
        {
            lock (Lock)
            {
                var received = For(Keys, key);
                var highest = received.Highest;
                if (!received.Add(sequence))
                {
                    Duplicates++;
                    if (_ids.TryGetValue((key, sequence), out var first) && first != webhookId)
                        ChangedIds++;
                    return Receipt.Duplicate;
                }
                Distinct++;
                Remember((key, sequence), webhookId);
                if (sequence > highest)
                    return Receipt.First;
                OutOfOrder++;
                return Receipt.OutOfOrder;
            }
        }

        private void Remember((string Key, long Sequence) delivery, string webhookId)
        {
            if (_oldestIds.Count == rememberedIds)
                _ids.Remove(_oldestIds.Dequeue());
            _oldestIds.Enqueue(delivery);
            _ids[delivery] = webhookId;
        }
    }
}
