namespace Herald.Lab.Ledgers;

/// <summary>
/// A set of sequence numbers, kept as ranges. Any number of consecutive sequences takes one range, so memory grows with the gaps and not
/// with the count.
/// </summary>
internal sealed class SequenceSet
{
    /// <summary>Sorted, disjoint and not adjacent. Both ends belong to the range.</summary>
    private readonly List<(long First, long Last)> _ranges = new(1);

    public long Count { get; private set; }

    /// <summary>0 for an empty set.</summary>
    public long Highest => _ranges.Count == 0 ? 0 : _ranges[^1].Last;

    public IReadOnlyList<(long First, long Last)> Ranges => _ranges;

    /// <summary>False when the sequence was already in the set.</summary>
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
        // It is nearly always in the last range or after it, so check there before the search.
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
