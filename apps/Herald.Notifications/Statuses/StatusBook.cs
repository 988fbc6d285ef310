using System.Text;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Notifications.Statuses;

/// <summary>
/// The rows of a shard, for the application. It is filled anew from the state for each batch, and remembers nothing in between.
/// </summary>
/// <remarks>
/// A batch: <see cref="Begin"/>; <see cref="OpenAsync"/>; all <see cref="Need(Guid)"/>; <see cref="LoadAsync"/>; then reading, adding and
/// changing; at the end <see cref="SaveAsync"/>. A further load in between, for the rows of timers, is possible.
/// </remarks>
/// <param name="keepFor">A row is kept for at least so long after its last change. A block ends after a tenth of it.</param>
/// <param name="newSeed">A secret from a random generator, for a shard that has no rows yet.</param>
internal sealed class StatusBook(ShardId shard, BlockTables tables, TimeSpan keepFor, UInt128 newSeed)
{
    private const int MostOpenRows = RowNumber.RowsOfChapter;
    private static readonly long LongestOpenMs = (long)TimeSpan.FromHours(6).TotalMilliseconds;

    private readonly RecordWriter _writer = new();
    private readonly long _blockMs = (long)keepFor.TotalMilliseconds / 10;

    // What the caller needs, and what was found of it.
    private readonly HashSet<Guid> _neededUuids = [];
    private readonly HashSet<long> _neededRows = [];
    private readonly Dictionary<Guid, long> _found = [];

    // What is loaded, with the changes of this batch.
    private readonly Dictionary<long, List<Row>> _pages = [];
    private readonly Dictionary<long, Summary> _summaries = [];
    private readonly HashSet<long> _changedPages = [], _changedSummaries = [];
    private readonly OpenTags _tags = new();
    private BlockDirectory? _directory;
    private bool _isDirectoryChanged;

    // For each block with rows that no table has, the row after its last one.
    private readonly Dictionary<long, long> _ends = [];
    private ApplicationBatch? _batch;
    private long _next, _lastAcceptedMs;

    public BlockDirectory Directory => _directory ?? throw new InvalidOperationException("The statuses of this batch are not loaded.");

    /// <summary>A row is kept for so long after its last change.</summary>
    public long KeepForMs => (long)keepFor.TotalMilliseconds;

    private ApplicationBatch Batch => _batch ?? throw new InvalidOperationException("The statuses are used outside of a batch.");

    public void Begin(ApplicationBatch batch)
    {
        _batch = batch;
        _neededUuids.Clear();
        _neededRows.Clear();
        _found.Clear();
        _pages.Clear();
        _summaries.Clear();
        _changedPages.Clear();
        _changedSummaries.Clear();
        _tags.Clear();
        _ends.Clear();
        (_directory, _isDirectoryChanged, _next, _lastAcceptedMs) = (null, false, 0, long.MinValue);
        batch.Need(StatusKeys.Directory0);
        batch.Need(StatusKeys.Directory1);
        foreach (var key in OpenTags.Keys)
            batch.Need(key);
    }

    /// <summary>Announces that <see cref="Find"/> will be asked for this uuid.</summary>
    public void Need(Guid uuid) => _neededUuids.Add(uuid);

    /// <summary>Announces that <see cref="At"/> will be asked for this row.</summary>
    public void Need(long row) => _neededRows.Add(row);

    /// <summary>Loads what every batch needs: the directory, the tags of the newest rows, and the summary of the newest chapter.</summary>
    /// <exception cref="InvalidDataException">One of these is damaged, so nothing of this shard can be found or added.</exception>
    public async ValueTask OpenAsync(CancellationToken cancel)
    {
        await Batch.LoadAsync(cancel);
        await ReadDirectoryAsync(cancel);
        if (Directory.NewestChapter is not (>= 0 and var newest))
            return;
        Batch.Need(StatusKeys.Summary(newest));
        await Batch.LoadAsync(cancel);
        await ReadNewestAsync(newest, cancel);
        if (RowNumber.SlotOf(_next) != 0)
            await LoadRowsAsync([_next - 1], cancel);
    }

    /// <summary>Loads what is known of the uuids and the rows that are needed.</summary>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names it.</exception>
    public async ValueTask LoadAsync(CancellationToken cancel)
    {
        // 1. The parts of tables that can contain the uuids.
        var search = new TableSearch(shard, Directory, tables, _neededUuids);
        foreach (var key in search.Missing)
            Batch.Need(key);
        await Batch.LoadAsync(cancel);
        foreach (var block in search.Add(key => Batch.Get(key)))
            await TableExtension.WriteAsync(Batch, block, Directory.Seed, _tags, block.FirstOpenRow, cancel);
        if (search.Add(key => Batch.Get(key)) is [var still, ..])
            throw StoredValue.Damaged(StatusKeys.UuidPart(still.Number, 0), "its block has a table that cannot be made anew");

        // 2. The pages of rows that can be meant.
        var candidates = search.Candidates(_tags);
        var rows = _neededRows.Concat(candidates.SelectMany(one => one.Rows)).Where(Exists).ToHashSet();
        // Also when a page is damaged: the caller can go on with the others.
        _neededUuids.Clear();
        _neededRows.Clear();
        await LoadRowsAsync(rows, cancel);
        foreach (var (uuid, possible) in candidates)
            foreach (var row in possible.Where(rows.Contains))
                if (At(row) is { } found && found.Uuid == uuid)
                    _found[uuid] = row;
    }

    /// <summary>The row of this uuid, with the changes of this batch; null when there is none. The uuid must have been needed.</summary>
    public Row? Find(Guid uuid) => _found.TryGetValue(uuid, out var row) ? At(row) : null;

    /// <summary>A row that was needed, found or added; null when it was forgotten.</summary>
    public Row? At(long row) =>
        _pages.TryGetValue(RowNumber.PageOf(row), out var page) && RowNumber.SlotOf(row) < page.Count ? page[RowNumber.SlotOf(row)] : null;

    /// <summary>Adds a row with the next number. Its time is raised to the one of the row before, if it is earlier.</summary>
    /// <returns>The row's number.</returns>
    public long Add(Row row)
    {
        var acceptedMs = Math.Max(row.AcceptedAtMs, _lastAcceptedMs);
        if (Directory.Newest is { } block && RowNumber.BlockOf(_next) == block.Number && acceptedMs - block.FirstMs >= _blockMs)
            _next = (block.Number + 1) * RowNumber.RowsOfBlock;
        var (number, chapter) = (_next, RowNumber.ChapterOf(_next));
        if (!_summaries.TryGetValue(chapter, out var summary))
        {
            Directory.AddChapter(chapter, acceptedMs);
            _summaries.Add(chapter, summary = new Summary());
            _isDirectoryChanged = true;
        }
        var hash = row.Recipient is { } recipient ? SipHash.Of(Encoding.UTF8.GetBytes(recipient), Directory.Seed) : 0;
        row = row.Fit() with { Number = number, AcceptedAtMs = acceptedMs, RecipientHash = hash };
        if (!_pages.TryGetValue(RowNumber.PageOf(number), out var page))
            _pages.Add(RowNumber.PageOf(number), page = new List<Row>(RowNumber.RowsOfPage));
        page.Add(row);
        summary.Add(row, Batch.NowMs);
        _tags.Add(
            number, Tag.OfUuid(row.Uuid, Directory.Seed), row.Recipient is null ? 0 : Tag.OfHash(hash), acceptedMs,
            isFirstOpen: number == Directory.Newest!.Value.FirstOpenRow);
        _found[row.Uuid] = number;
        Changed(number);
        _ends[RowNumber.BlockOf(number)] = _next = number + 1;
        _lastAcceptedMs = acceptedMs;
        return number;
    }

    /// <summary>Replaces a row that was read in this batch. Uuid, content, recipient and time of acceptance stay.</summary>
    public void Change(Row row)
    {
        var before = At(row.Number) ?? throw new InvalidOperationException($"Row {row.Number} is not loaded.");
        row = row.Fit() with
        {
            Uuid = before.Uuid,
            Content = before.Content,
            AcceptedAtMs = before.AcceptedAtMs,
            Recipient = before.Recipient,
            RecipientHash = before.RecipientHash,
        };
        _pages[RowNumber.PageOf(row.Number)][RowNumber.SlotOf(row.Number)] = row;
        _summaries[RowNumber.ChapterOf(row.Number)].Change(before, row, Batch.NowMs);
        Changed(row.Number);
    }

    /// <summary>Puts all changes into the batch: pages, summaries, tags, the directory, and a table when it is time.</summary>
    public async ValueTask SaveAsync(CancellationToken cancel)
    {
        foreach (var (number, end) in _ends.OrderBy(end => end.Key))
            if (Directory.Find(number) is { } block && IsTimeForTable(block, end))
            {
                Directory.Set(await TableExtension.WriteAsync(Batch, block, Directory.Seed, _tags, end, cancel));
                _isDirectoryChanged = true;
            }
        foreach (var page in _changedPages)
        {
            _summaries[RowNumber.ChapterOfPage(page)].SetPage((int)(page % RowNumber.PagesOfChapter), _pages[page]);
            Batch.Set(StatusKeys.Page(page), PageCodec.Encode(_writer, _pages[page]));
        }
        foreach (var chapter in _changedSummaries)
            Batch.Set(StatusKeys.Summary(chapter), _summaries[chapter].Encode(_writer));
        if (Directory.Open is { } open)
            _tags.Save(Batch, _writer, open.FirstOpenRow);
        // The first directory is written twice, so that there are always two.
        for (var left = !_isDirectoryChanged ? 0 : Directory.Number == 0 ? 2 : 1; left > 0; left--)
        {
            var value = Directory.EncodeNext(_writer);
            Batch.Set(StatusKeys.Directory(Directory.Number), value);
        }
        _changedPages.Clear();
        _changedSummaries.Clear();
        _isDirectoryChanged = false;
    }

    /// <summary>Forgets one chapter that is old enough, or settles its rows that got no result. For a tick.</summary>
    /// <returns>False when there is nothing more to do now.</returns>
    public ValueTask<bool> ForgetOneAsync(long nowMs, CancellationToken cancel) => Forgetting.RunAsync(this, nowMs, cancel);

    /// <summary>The summary of a chapter of the directory; null when the chapter is gone.</summary>
    internal async ValueTask<Summary?> SummaryAsync(long chapter, CancellationToken cancel)
    {
        if (_summaries.TryGetValue(chapter, out var there))
            return there;
        Batch.Need(StatusKeys.Summary(chapter));
        await Batch.LoadAsync(cancel);
        return IsGone(StatusKeys.Summary(chapter)) ? null : await ReadSummaryAsync(chapter, cancel);
    }

    /// <summary>Loads pages with their summaries.</summary>
    internal async ValueTask LoadRowsAsync(IReadOnlyCollection<long> rows, CancellationToken cancel)
    {
        var pages = rows.Select(RowNumber.PageOf).Distinct().Where(page => !_pages.ContainsKey(page)).ToList();
        var chapters = pages.Select(RowNumber.ChapterOfPage).Distinct().Where(chapter => !_summaries.ContainsKey(chapter)).ToList();
        foreach (var page in pages)
            Batch.Need(StatusKeys.Page(page));
        foreach (var chapter in chapters)
            Batch.Need(StatusKeys.Summary(chapter));
        await Batch.LoadAsync(cancel);
        foreach (var chapter in chapters)
            await ReadSummaryAsync(chapter, cancel);
        foreach (var page in pages)
            _pages.TryAdd(page, PageCodec.Decode(page, Batch.Get(StatusKeys.Page(page))));
    }

    /// <summary>Removes a chapter with its pages, and with its last chapter the tables of the block.</summary>
    internal void Remove(long chapter, int pages)
    {
        var first = chapter * RowNumber.PagesOfChapter;
        for (var page = first; page < first + pages; page++)
        {
            Batch.Set(StatusKeys.Page(page), null);
            _pages.Remove(page);
            _changedPages.Remove(page);
        }
        Batch.Set(StatusKeys.Summary(chapter), null);
        _summaries.Remove(chapter);
        _changedSummaries.Remove(chapter);
        var block = Directory.Find(RowNumber.BlockOfChapter(chapter))!.Value;
        var isNewest = chapter == Directory.NewestChapter;
        _isDirectoryChanged = true;
        if (Directory.RemoveChapter(chapter))
        {
            tables.Remove(shard, block.Number);
            _ends.Remove(block.Number);
            for (var part = 0; part < Tag.Parts && block.TableRows > 0; part++)
            {
                Batch.Set(StatusKeys.UuidPart(block.Number, part), null);
                Batch.Set(StatusKeys.RecipientPart(block.Number, part), null);
            }
        }
        if (isNewest)
            _next = Directory.Floor;
    }

    private bool IsTimeForTable(BlockEntry block, long end)
    {
        var open = end - block.FirstOpenRow;
        return open > 0
            && (open >= MostOpenRows || block.Number != RowNumber.BlockOf(_next)
                || _tags.OpenSinceMs(block.FirstOpenRow) <= Batch.NowMs - LongestOpenMs);
    }

    private bool Exists(long row) => row >= 0 && row < _next && Directory.HasChapter(RowNumber.ChapterOf(row));

    private void Changed(long row)
    {
        _changedPages.Add(RowNumber.PageOf(row));
        _changedSummaries.Add(RowNumber.ChapterOf(row));
    }

    private async ValueTask ReadDirectoryAsync(CancellationToken cancel)
    {
        var directory = BlockDirectory.Newer(Batch.Get(StatusKeys.Directory0), Batch.Get(StatusKeys.Directory1))
            ?? new BlockDirectory(newSeed);
        if (directory.MayLackNewest)
        {
            await DirectoryRecovery.CompleteAsync(Batch, directory, cancel);
            _isDirectoryChanged = true;
        }
        if (directory.Open is { } block && !_tags.Load(block.FirstOpenRow, [.. OpenTags.Keys.Select(key => Batch.Get(key))]))
        {
            var slot = (int)(RowNumber.ChunkOf(block.FirstOpenRow) % OpenTags.Slots);
            throw StoredValue.Damaged(StatusKeys.Chunk(slot), "a later chunk is in the place of a needed one");
        }
        (_directory, _next) = (directory, directory.Floor);
    }

    private bool IsGone(byte[] key)
    {
        try
        {
            return Batch.Get(key) is null;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>A summary that is damaged is made anew from the pages of its chapter.</summary>
    /// <exception cref="InvalidDataException">A page is damaged too.</exception>
    private async ValueTask<Summary> ReadSummaryAsync(long chapter, CancellationToken cancel)
    {
        try
        {
            return _summaries[chapter] = Summary.Decode(chapter, Batch.Get(StatusKeys.Summary(chapter)));
        }
        catch (InvalidDataException)
        {
            var first = chapter * RowNumber.PagesOfChapter;
            for (var page = first; page < first + RowNumber.PagesOfChapter; page++)
                Batch.Need(StatusKeys.Page(page));
            await Batch.LoadAsync(cancel);
            var pages = Enumerable.Range(0, RowNumber.PagesOfChapter).TakeWhile(at => Batch.Get(StatusKeys.Page(first + at)) is not null)
                .Select(at => (at, (IReadOnlyList<Row>)PageCodec.Decode(first + at, Batch.Get(StatusKeys.Page(first + at)))));
            _summaries[chapter] = Summary.Of(pages, Batch.NowMs);
            _changedSummaries.Add(chapter);
            return _summaries[chapter];
        }
    }

    private async ValueTask ReadNewestAsync(long chapter, CancellationToken cancel)
    {
        var summary = await ReadSummaryAsync(chapter, cancel);
        var end = (chapter * RowNumber.RowsOfChapter) + summary.Rows;
        (_next, _lastAcceptedMs) = (Math.Max(Directory.Floor, end), summary.LastAcceptedMs);
        _ends[RowNumber.BlockOfChapter(chapter)] = end;
    }
}
