using System.Text;
using Herald.Engine.Events;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>The part of a list in one shard: matching rows, newest first. It asks for entries in rounds.</summary>
internal sealed class ShardList
{
    private const int SummariesAtOnce = 4, MostPagesAtOnce = 64;

    private readonly int _shard;
    private readonly ListQuery _query;
    private readonly Dictionary<long, Summary?> _summaries;
    private readonly long _endRow;

    // The chapters that were not begun, and the pages of the present one, newest first. A list by recipient has pages only.
    private readonly Queue<long> _chapters = new();
    private readonly Queue<long> _pages = new();
    // A long recipient is stored without its end, but its hash is of the whole.
    private readonly string? _recipient;
    private readonly ulong _recipientHash;
    private readonly List<byte[]> _asked = [];
    private readonly List<long> _askedPages = [], _askedChapters = [];
    private readonly Queue<Row> _found = new();
    private bool _isBelowFrom;
    private double _matchesOfPage = 1;

    public ShardList(
        int shard, BlockDirectory directory, ListQuery query, ListStart start, Dictionary<long, Summary?> summaries,
        IReadOnlyCollection<long>? rowsOfRecipient)
    {
        (_shard, _query, _summaries, _endRow) = (shard, query, summaries, start.EndRow);
        if (rowsOfRecipient is not null)
        {
            (_recipient, _recipientHash) = (Row.Cut(query.Recipient, Row.MostRecipientBytes), HashOf(query.Recipient!, directory));
            var rows = rowsOfRecipient.Where(row => row < _endRow && directory.HasChapter(RowNumber.ChapterOf(row)));
            foreach (var page in rows.Select(RowNumber.PageOf).Distinct().OrderDescending())
                _pages.Enqueue(page);
            return;
        }
        foreach (var chapter in directory.ChaptersFromNewest())
        {
            var block = directory.Find(RowNumber.BlockOfChapter(chapter))!.Value;
            var isTooOld = block.Number != directory.Newest!.Value.Number && block.LastMs < query.FromMs;
            if (chapter * RowNumber.RowsOfChapter < _endRow && !isTooOld)
                _chapters.Enqueue(chapter);
        }
    }

    public int Shard => _shard;

    public bool HasRow => _found.Count > 0;

    public bool IsEnd => !HasRow && (_isBelowFrom || (_pages.Count == 0 && _chapters.Count == 0));

    /// <summary>The last row that was read, whether it matches or not. All matching rows before it in the list were found.</summary>
    public ListCursor? ReadTo { get; private set; }

    public ListCursor Place => PlaceOf(_found.Peek());

    public Row Next() => _found.Dequeue();

    /// <summary>
    /// The keys to read first: the summary of the newest chapter. A list by status or destination chooses pages by all summaries.
    /// </summary>
    public IReadOnlyList<byte[]> AskFirst()
    {
        var isChosen = _query.Status is not null || _query.Destination is not null;
        return AskSummaries(isChosen ? _chapters.Count : 1);
    }

    /// <summary>
    /// The keys to read next: pages, or summaries at the border of a chapter. Pages are counted in <paramref name="pages"/>.
    /// </summary>
    /// <param name="wanted">How many matching rows are wanted.</param>
    public IReadOnlyList<byte[]> Ask(double wanted, ref int pages)
    {
        Clear();
        for (var found = 0.0; found < wanted + _matchesOfPage && _askedPages.Count < MostPagesAtOnce;)
        {
            if (_pages.TryDequeue(out var page))
            {
                _askedPages.Add(page);
                found += _matchesOfPage;
                continue;
            }
            if (!_chapters.TryPeek(out var chapter))
                break;
            if (!_summaries.TryGetValue(chapter, out var summary))
            {
                if (_askedPages.Count == 0)
                    return AskSummaries(SummariesAtOnce);
                break;
            }
            _chapters.Dequeue();
            if (summary is not null)
                Begin(chapter, summary);
        }
        _asked.AddRange(_askedPages.Select(StatusKeys.Page));
        pages += _askedPages.Count;
        return _asked;
    }

    /// <param name="values">In the order of the keys.</param>
    public void Take(ReadOnlySpan<ReadOnlyMemory<byte>?> values)
    {
        for (var at = 0; at < _askedChapters.Count; at++)
            _summaries[_askedChapters[at]] = values[at] is null ? null : Summary.Decode(_askedChapters[at], values[at]);
        for (var at = 0; at < _askedPages.Count; at++)
            // A page that is gone was forgotten meanwhile.
            if (values[at] is { } value)
                Take(PageCodec.Decode(_askedPages[at], value));
    }

    private List<byte[]> AskSummaries(int most)
    {
        Clear();
        _askedChapters.AddRange(_chapters.Take(most).Where(chapter => !_summaries.ContainsKey(chapter)));
        _asked.AddRange(_askedChapters.Select(StatusKeys.Summary));
        return _asked;
    }

    private void Clear()
    {
        _asked.Clear();
        _askedPages.Clear();
        _askedChapters.Clear();
    }

    private void Begin(long chapter, Summary summary)
    {
        if (summary.LastAcceptedMs < _query.FromMs)
        {
            _chapters.Clear();
            return;
        }
        var first = chapter * RowNumber.PagesOfChapter;
        var all = summary.PagesWith(_query.Status, _query.Destination).Select(page => first + page).ToList();
        foreach (var page in all.Where(page => page * RowNumber.RowsOfPage < _endRow))
            _pages.Enqueue(page);
        _matchesOfPage = Math.Max(1, (double)summary.Count(_query.Status, _query.Destination) / Math.Max(1, all.Count));
    }

    private void Take(List<Row> rows)
    {
        for (var at = rows.Count - 1; at >= 0 && !_isBelowFrom; at--)
        {
            var (row, place) = (rows[at], PlaceOf(rows[at]));
            if (row.AcceptedAtMs > (_query.ToMs ?? long.MaxValue) || (_query.Before is { } before && place.CompareTo(before) >= 0))
                continue;
            if (row.AcceptedAtMs < _query.FromMs)
            {
                _isBelowFrom = true;
                return;
            }
            ReadTo = place;
            if (Matches(row))
                _found.Enqueue(row);
        }
    }

    private bool Matches(Row row) => (_query.Status is null || row.Status == _query.Status)
        && (_query.Destination is null || row.Destination == _query.Destination)
        && (_query.Recipient is null || (row.RecipientHash == _recipientHash && row.Recipient == _recipient));

    private ListCursor PlaceOf(Row row) => new(row.AcceptedAtMs, _shard, row.Number);

    /// <summary>The hash of a recipient, as rows of a shard have it.</summary>
    public static ulong HashOf(string recipient, BlockDirectory directory) =>
        SipHash.Of(Encoding.UTF8.GetBytes(recipient), directory.Seed);
}
