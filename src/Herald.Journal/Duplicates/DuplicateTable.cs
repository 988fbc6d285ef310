namespace Herald.Journal.Duplicates;

/// <summary>
/// Maps a hash to candidate sequences of one shard, in 8 bytes an id: 31 bits of the hash and the low 32 bits of the sequence, with open
/// addressing.
/// </summary>
/// <remarks>
/// It is split into 256 small tables, so that growing one takes no noticeable time. A hit is only a candidate: two ids can share these
/// bits.
/// </remarks>
internal sealed class DuplicateTable
{
    private const int Parts = 256, FirstSlots = 8;
    private const double GrowAbove = 0.8, GrowIfLiveAbove = 0.6;

    private readonly ulong[]?[] _parts = new ulong[]?[Parts];
    private readonly int[] _used = new int[Parts];

    /// <summary>Slots that are not empty, including expired ones.</summary>
    public long UsedSlots { get; private set; }

    /// <param name="last">The shard's last sequence. It determines which full sequence a low half stands for.</param>
    /// <param name="floor">Sequences below it count as forgotten; their slots are used again.</param>
    public void Add(ulong hash, long sequence, long last, long floor)
    {
        var index = (int)(hash >> 56);
        var part = _parts[index] ??= new ulong[FirstSlots];
        if (_used[index] >= part.Length * GrowAbove)
            part = Rebuild(index, part, last, floor);
        _used[index] += Place(part, (ulong)Tag(hash) << 32 | (uint)sequence, last, floor);
    }

    /// <summary>Enumerates the candidates for a hash.</summary>
    public Probe Find(ulong hash, long last, long floor) => new(_parts[(int)(hash >> 56)], Tag(hash), last, floor);

    /// <summary>
    /// Returns 31 bits of the hash plus a set top bit, because an empty slot is 0. These bits are not the ones that choose the part.
    /// </summary>
    private static uint Tag(ulong hash) => (uint)(hash >> 24) | 0x8000_0000;

    private static int Start(uint tag, int slots) => (int)((ulong)(uint)(tag << 1) * (uint)slots >> 32);

    private static long Sequence(ulong slot, long last) => last - (uint)((uint)last - (uint)slot);

    private int Place(ulong[] part, ulong value, long last, long floor)
    {
        for (var at = Start((uint)(value >> 32), part.Length); ; at = at + 1 == part.Length ? 0 : at + 1)
        {
            if (part[at] == 0)
            {
                part[at] = value;
                UsedSlots++;
                return 1;
            }
            if (Sequence(part[at], last) < floor)
            {
                part[at] = value;
                return 0;
            }
        }
    }

    private ulong[] Rebuild(int index, ulong[] old, long last, long floor)
    {
        var live = 0;
        foreach (var slot in old)
            if (slot != 0 && Sequence(slot, last) >= floor)
                live++;
        var slots = live > old.Length * GrowIfLiveAbove ? old.Length + Math.Max(FirstSlots, old.Length / 4) : old.Length;
        var part = new ulong[slots];
        UsedSlots -= _used[index];
        _used[index] = 0;
        foreach (var slot in old)
            if (slot != 0 && Sequence(slot, last) >= floor)
                _used[index] += Place(part, slot, last, floor);
        return _parts[index] = part;
    }

    internal ref struct Probe(ulong[]? part, uint tag, long last, long floor)
    {
        private int _at = part is null ? 0 : Start(tag, part.Length);
        private int _seen;

        public long Sequence { get; private set; }

        public bool MoveNext()
        {
            while (part is not null && _seen < part.Length && part[_at] is var slot && slot != 0)
            {
                _seen++;
                _at = _at + 1 == part.Length ? 0 : _at + 1;
                Sequence = DuplicateTable.Sequence(slot, last);
                if ((uint)(slot >> 32) == tag && Sequence >= floor && Sequence > 0)
                    return true;
            }
            return false;
        }
    }
}
