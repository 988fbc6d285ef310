using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>
/// Finds the row of a shard below which a list begins: by time, because later rows were accepted later, or by number in the shard of the
/// cursor. It asks for entries in rounds, so that all shards are searched with the same calls.
/// </summary>
internal sealed class ListStart
{
    private const int Probes = 7;

    private readonly BlockDirectory _directory;
    private readonly Dictionary<long, Summary?> _summaries;
    private readonly long _latestMs;
    private readonly List<long> _asked = [];
    private BlockEntry _block;
    private bool _hasSummaries;

    // The first row of page _low was accepted in time, or _low is the first page. Those of the pages from _end on were accepted too late.
    private long _low, _end;

    /// <param name="summaries">Gets the summaries that are read.</param>
    public ListStart(BlockDirectory directory, int shard, ListQuery query, Dictionary<long, Summary?> summaries)
    {
        (_directory, _summaries, EndRow) = (directory, summaries, long.MaxValue);
        _latestMs = Math.Min(query.ToMs ?? long.MaxValue, query.Before?.AcceptedMs ?? long.MaxValue);
        if (query.Before is { } before && before.Shard == shard && before.AcceptedMs == _latestMs)
        {
            (EndRow, IsFound) = (before.Row, true);
            return;
        }
        var blocks = directory.Blocks.Where(block => block.FirstMs <= _latestMs).ToList();
        if (_latestMs == long.MaxValue || blocks.Count == 0)
        {
            (EndRow, IsFound) = (blocks.Count == 0 ? 0 : long.MaxValue, true);
            return;
        }
        _block = blocks[^1];
        if (_block.Number != directory.Newest?.Number && _block.LastMs <= _latestMs)
            (EndRow, IsFound) = (_block.FirstRow + RowNumber.RowsOfBlock, true);
    }

    public bool IsFound { get; private set; }

    /// <summary>All rows from this one on were accepted too late.</summary>
    public long EndRow { get; private set; }

    /// <summary>The keys to read next.</summary>
    public IEnumerable<byte[]> Ask()
    {
        _asked.Clear();
        if (!_hasSummaries)
        {
            _asked.AddRange(_directory.ChaptersFromNewest().Where(_block.Has));
            return _asked.Select(StatusKeys.Summary);
        }
        var step = Math.Max(1, (_end - _low + Probes) / (Probes + 1));
        for (var page = _low + step; page < _end; page += step)
            _asked.Add(page);
        return _asked.Select(StatusKeys.Page);
    }

    /// <param name="values">In the order of the keys.</param>
    public void Take(ReadOnlySpan<ReadOnlyMemory<byte>?> values)
    {
        if (_hasSummaries)
            Narrow(values);
        else
            Choose(values);
        if (!IsFound && _end - _low <= 1)
            (EndRow, IsFound) = (_end * RowNumber.RowsOfPage, true);
    }

    private void Choose(ReadOnlySpan<ReadOnlyMemory<byte>?> values)
    {
        _hasSummaries = true;
        for (var at = 0; at < _asked.Count; at++)
            _summaries[_asked[at]] = values[at] is null ? null : Summary.Decode(_asked[at], values[at]);
        foreach (var chapter in _asked)
        {
            if (_summaries[chapter] is not { } summary || summary.FirstAcceptedMs > _latestMs)
                continue;
            _low = chapter * RowNumber.PagesOfChapter;
            _end = _low + summary.Pages;
            if (summary.LastAcceptedMs <= _latestMs)
                (EndRow, IsFound) = ((chapter * RowNumber.RowsOfChapter) + summary.Rows, true);
            return;
        }
        // Earlier blocks go on below this one.
        (EndRow, IsFound) = (_block.FirstRow, true);
    }

    private void Narrow(ReadOnlySpan<ReadOnlyMemory<byte>?> values)
    {
        for (var at = 0; at < _asked.Count; at++)
        {
            // A page that is gone was forgotten, so it is old.
            if (values[at] is null || PageCodec.Decode(_asked[at], values[at])[0].AcceptedAtMs <= _latestMs)
                _low = _asked[at];
            else
            {
                _end = _asked[at];
                return;
            }
        }
    }
}
