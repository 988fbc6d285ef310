using System.Runtime.InteropServices;

namespace Herald.Lab.Ledgers;

/// <summary>
/// The judge of a run: publishers enter what was accepted, receivers what they acknowledged, and the ledger says what is lost,
/// repeated or out of order. Every event is known by its key and its number in that key, 1, 2, 3 …, which travels in the payload:
/// the ledger believes nothing that Herald says about order.
/// </summary>
/// <remarks>
/// Order is judged by first receipt: an event is out of order when a later one of its key was received before it ever was.
/// Memory is a range or so per key and receiver, and a bounded memory of webhook ids; it does not grow with the number of events.
/// </remarks>
public sealed class ReceiptLedger
{
    /// <summary>How many of the latest receipts of a receiver, unless told otherwise, still know their webhook id, to compare a repeat with.</summary>
    public const int RememberedIds = 65_536;

    private readonly Lock _acceptedLock = new();
    private readonly Dictionary<string, SequenceSet> _accepted = [];
    private readonly Receiver[] _receivers;
    private long _acceptedCount;

    /// <param name="rememberedIds">Of each receiver.</param>
    public ReceiptLedger(int receivers, int rememberedIds = RememberedIds)
    {
        _receivers = new Receiver[receivers];
        for (var i = 0; i < receivers; i++)
            _receivers[i] = new Receiver(rememberedIds);
    }

    public long AcceptedCount => Interlocked.Read(ref _acceptedCount);

    /// <summary>The publisher has Herald's word for it. Saying so twice is fine.</summary>
    public void Accepted(string key, long sequence)
    {
        lock (_acceptedLock)
        {
            if (For(_accepted, key).Add(sequence))
                Interlocked.Increment(ref _acceptedCount);
        }
    }

    /// <summary>A receiver acknowledges an event.</summary>
    public Receipt Received(int receiver, string key, long sequence, string webhookId) => _receivers[receiver].Receive(key, sequence, webhookId);

    /// <summary>Counts so far, cheap enough to show once a second. <see cref="LedgerTotals.Delivered"/> includes what the publisher has not heard of yet.</summary>
    public LedgerTotals Now(int receiver)
    {
        var at = _receivers[receiver];
        lock (at.Lock)
            return new(AcceptedCount, at.Distinct, at.Duplicates, at.OutOfOrder, Math.Max(0, AcceptedCount - at.Distinct), at.ChangedIds);
    }

    /// <summary>The verdict on one receiver: only accepted events count as delivered.</summary>
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

    /// <summary>The verdict on the run: delivered, lost and the rest are sums over receivers.</summary>
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

    /// <summary>Some accepted events that a receiver has not seen, to say more than a number when something is lost.</summary>
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
