using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Herald.Engine.Applications;

/// <summary>The timers of an application in one shard, in its state: a sorted list with a root and leaves.</summary>
/// <remarks>
/// One object serves many batches and remembers nothing between them. The calls of a batch: <see cref="Begin"/>, any number of
/// <see cref="AddAsync"/> and <see cref="TakeAsync"/>, and <see cref="Save"/> at the end. The state entries are the root, <c>W</c>, and the
/// leaves, <c>w</c> and a number of 8 bytes, so the application must not use these keys itself.
/// </remarks>
/// <param name="lost">Called with the reason when a leaf is damaged. Its timers are lost, and the others go on.</param>
public sealed class DueList(Action<string>? lost = null)
{
    /// <summary>A leaf with more timers is split.</summary>
    internal const int MostInLeaf = 128;

    private const byte LeafKind = (byte)'w';
    private const int LeafKeyLength = 1 + sizeof(long);

    private readonly List<DueLeaf> _root = [];
    private readonly Dictionary<long, List<Due>> _loaded = [];
    private readonly HashSet<long> _changed = [], _removed = [];
    private ApplicationBatch? _batch;
    private bool _isRead, _isRootChanged;
    private long _nextNumber;

    private static ReadOnlySpan<byte> RootKey => "W"u8;

    /// <summary>When the first timer is due; null when there is none. The batch must have loaded what it needs.</summary>
    public long? NextAtMs
    {
        get
        {
            ReadRoot();
            return _root.Count == 0 ? null : _root[0].First.AtMs;
        }
    }

    /// <summary>How many timers there are. The batch must have loaded what it needs.</summary>
    public long Count
    {
        get
        {
            ReadRoot();
            return _root.Sum(leaf => (long)leaf.Count);
        }
    }

    private ApplicationBatch Batch => _batch ?? throw new InvalidOperationException("The list of timers is used outside of a batch.");

    /// <summary>Begins a batch, and announces what the list needs: the next load of the batch brings it.</summary>
    public void Begin(ApplicationBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _root.Clear();
        _loaded.Clear();
        _changed.Clear();
        _removed.Clear();
        (_batch, _isRead, _isRootChanged) = (batch, false, false);
        batch.Need(RootKey);
    }

    /// <summary>Adds timers. One that is there already is not added again.</summary>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names its key.</exception>
    public async ValueTask AddAsync(IReadOnlyList<Due> dues, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(dues);
        await Batch.LoadAsync(cancel);
        ReadRoot();
        if (dues.Count == 0)
            return;
        Due[] sorted = [.. dues.Order()];
        var places = Array.ConvertAll(sorted, LeafOf);
        await LoadLeavesAsync(places.Where(place => place >= 0).Distinct(), cancel);
        // From the end, so that a split leaf moves only places that are done.
        for (var end = sorted.Length; end > 0;)
        {
            var place = places[end - 1];
            var start = end - 1;
            while (start > 0 && places[start - 1] == place)
                start--;
            AddTo(place, sorted.AsSpan(start, end - start));
            end = start;
        }
    }

    /// <summary>
    /// Takes the timers that are due, the earliest first. Further ones may be due when it returns <paramref name="most"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names its key.</exception>
    public async ValueTask<IReadOnlyList<Due>> TakeAsync(long nowMs, int most, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        await Batch.LoadAsync(cancel);
        ReadRoot();
        int leaves = 0, reachable = 0;
        for (; leaves < _root.Count && _root[leaves].First.AtMs <= nowMs && reachable < most; leaves++)
            reachable += _root[leaves].Count;
        await LoadLeavesAsync(Enumerable.Range(0, leaves), cancel);

        var taken = new List<Due>();
        for (var left = leaves; left > 0 && taken.Count < most; left--)
        {
            var dues = _loaded[_root[0].Number];
            var due = dues.TakeWhile(one => one.AtMs <= nowMs).Take(most - taken.Count).Count();
            taken.AddRange(CollectionsMarshal.AsSpan(dues)[..due]);
            dues.RemoveRange(0, due);
            Changed(0, dues);
        }
        return taken;
    }

    /// <summary>Puts the changes into the batch.</summary>
    public void Save()
    {
        var batch = Batch;
        foreach (var number in _changed)
            batch.Set(Key(number), DueCodec.WriteLeaf(_loaded[number]));
        foreach (var number in _removed)
            batch.Set(Key(number), null);
        // An empty root stays, so that the numbers of removed leaves are never used again.
        if (_isRootChanged)
            batch.Set(RootKey, DueCodec.WriteRoot(_root, _nextNumber));
        _changed.Clear();
        _removed.Clear();
        _isRootChanged = false;
    }

    /// <summary>The name of a key in messages.</summary>
    internal static string Name(ReadOnlySpan<byte> key) =>
        key.Length == LeafKeyLength ? $"w {BinaryPrimitives.ReadInt64BigEndian(key[1..])}" : "W";

    private void ReadRoot()
    {
        if (_isRead)
            return;
        _nextNumber = Batch.Get(RootKey) is { } value ? DueCodec.ReadRoot(RootKey, value.Span, _root) : 0;
        _isRead = true;
    }

    /// <returns>The index of the leaf that the timer belongs to; -1 when there is no leaf at all.</returns>
    private int LeafOf(Due due)
    {
        int low = 0, high = _root.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_root[middle].First <= due)
                low = middle + 1;
            else
                high = middle;
        }
        return Math.Max(low - 1, _root.Count == 0 ? -1 : 0);
    }

    private async ValueTask LoadLeavesAsync(IEnumerable<int> places, CancellationToken cancel)
    {
        var missing = places.Select(place => _root[place]).Where(leaf => !_loaded.ContainsKey(leaf.Number)).ToList();
        foreach (var leaf in missing)
            Batch.Need(Key(leaf.Number));
        await Batch.LoadAsync(cancel);
        foreach (var leaf in missing)
            _loaded.Add(leaf.Number, ReadLeaf(leaf));
    }

    private List<Due> ReadLeaf(DueLeaf leaf)
    {
        var key = Key(leaf.Number);
        try
        {
            return DueCodec.ReadLeaf(key, Batch.Get(key), leaf);
        }
        catch (InvalidDataException damage) when (lost is not null)
        {
            lost($"{leaf.Count} timers from {leaf.First.AtMs} on are lost. {damage.Message}");
            return [];
        }
    }

    private void AddTo(int place, ReadOnlySpan<Due> sorted)
    {
        if (place < 0)
        {
            place = 0;
            _root.Add(new DueLeaf(_nextNumber, default, 0));
            _loaded.Add(_nextNumber++, []);
        }
        var dues = _loaded[_root[place].Number];
        var before = dues.Count;
        // Timers that come in due order fill their leaves. Others find room in halves.
        var isAppended = place == _root.Count - 1 && (before == 0 || sorted[0] > dues[^1]);
        foreach (var due in sorted)
        {
            var at = dues.BinarySearch(due);
            if (at < 0)
                dues.Insert(~at, due);
        }
        if (dues.Count == before)
            return;
        var parts = (dues.Count + MostInLeaf - 1) / MostInLeaf;
        var size = isAppended ? MostInLeaf : (dues.Count + parts - 1) / parts;
        for (var from = size; from < dues.Count; from += size)
        {
            var part = dues.GetRange(from, Math.Min(size, dues.Count - from));
            var number = _nextNumber++;
            _root.Insert(++place, new DueLeaf(number, default, 0));
            _loaded.Add(number, part);
            Changed(place, part);
        }
        place -= parts - 1;
        dues.RemoveRange(Math.Min(size, dues.Count), Math.Max(0, dues.Count - size));
        Changed(place, dues);
    }

    /// <summary>Brings the root up to date with a leaf. An empty leaf goes.</summary>
    private void Changed(int place, List<Due> dues)
    {
        var number = _root[place].Number;
        _isRootChanged = true;
        if (dues.Count > 0)
        {
            _root[place] = new DueLeaf(number, dues[0], dues.Count);
            _changed.Add(number);
            return;
        }
        _root.RemoveAt(place);
        _loaded.Remove(number);
        _changed.Remove(number);
        _removed.Add(number);
    }

    private static byte[] Key(long number)
    {
        var key = new byte[LeafKeyLength];
        key[0] = LeafKind;
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(1), number);
        return key;
    }
}
