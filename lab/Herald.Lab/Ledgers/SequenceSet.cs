namespace Herald.Lab.Ledgers;

/// <summary>
/// A set of sequence numbers, kept as ranges: numbers that come in order take one range however many they are,
/// so memory grows with the gaps, not with the numbers.
/// </summary>
internal sealed class SequenceSet
{
    /// <summary>Sorted, disjoint, never touching; both ends belong to the range.</summary>
    private readonly List<(long First, long Last)> _ranges = new(1);

    public long Count { get; private set; }

    /// <summary>0 while empty.</summary>
    public long Highest => _ranges.Count == 0 ? 0 : _ranges[^1].Last;

    public IReadOnlyList<(long First, long Last)> Ranges => _ranges;

    /// <summary>False when it was there already.</summary>
    public bool Add(long sequence)
    {
        var after = FirstRangeEndingAtOrAfter(sequence);
        if (after < _ranges.Count && _ranges[after].First <= sequence)
            return false;
        Count++;
        var joinsBefore = after > 0 && _ranges[after - 1].Last == sequence - 1;
        var joinsAfter = after < _ranges.Count && _ranges[after].First == sequence + 1;
        switch (joinsBefore, joinsAfter)
        {
            case (true, true):
                _ranges[after - 1] = (_ranges[after - 1].First, _ranges[after].Last);
                _ranges.RemoveAt(after);
                break;
            case (true, false):
                _ranges[after - 1] = (_ranges[after - 1].First, sequence);
                break;
            case (false, true):
                _ranges[after] = (sequence, _ranges[after].Last);
                break;
            default:
                _ranges.Insert(after, (sequence, sequence));
                break;
        }
        return true;
    }

    public bool Contains(long sequence)
    {
        var at = FirstRangeEndingAtOrAfter(sequence);
        return at < _ranges.Count && _ranges[at].First <= sequence;
    }

    public long CountCommon(SequenceSet other)
    {
        long common = 0;
        for (int mine = 0, theirs = 0; mine < _ranges.Count && theirs < other._ranges.Count;)
        {
            var (a, b) = (_ranges[mine], other._ranges[theirs]);
            common += Math.Max(0, Math.Min(a.Last, b.Last) - Math.Max(a.First, b.First) + 1);
            if (a.Last < b.Last)
                mine++;
            else
                theirs++;
        }
        return common;
    }

    private int FirstRangeEndingAtOrAfter(long sequence)
    {
        // Nearly always the last range, or past it: look there before searching.
        if (_ranges.Count == 0 || _ranges[^1].Last < sequence)
            return _ranges.Count;
        var (low, high) = (0, _ranges.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Last < sequence)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
