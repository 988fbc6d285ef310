using System.Numerics;
using Herald.Engine.Basics;
using Herald.Messages;

namespace Herald.Notifications.Statuses;

/// <summary>
/// What a chapter contains: how many rows of each status and destination, and which of its pages contain them. So lists and forgetting read
/// no page in vain.
/// </summary>
internal sealed class Summary
{
    private const int Kinds = 4, Words = RowNumber.PagesOfChapter / 64;

    private readonly int[] _counts = new int[Kinds * Kinds];

    // For each status and then for each destination, a bit for each page that contains it.
    private readonly ulong[] _pages = new ulong[2 * Kinds * Words];

    public int Rows { get; private set; }

    public long FirstAcceptedMs { get; private set; }

    public long LastAcceptedMs { get; private set; }

    public long LastChangeMs { get; private set; } = long.MinValue;

    public int Pages => (Rows + RowNumber.RowsOfPage - 1) / RowNumber.RowsOfPage;

    /// <summary>How many rows have this status and this destination; null stands for any.</summary>
    public int Count(NotificationStatus? status, Destination? destination)
    {
        var count = 0;
        for (var kind = 0; kind < _counts.Length; kind++)
            if ((status is null || (int)status == kind / Kinds) && (destination is null || (int)destination == kind % Kinds))
                count += _counts[kind];
        return count;
    }

    /// <summary>
    /// The pages, by their place in the chapter and the last one first, that contain the status and the destination. A page can contain
    /// both in different rows.
    /// </summary>
    public IEnumerable<int> PagesWith(NotificationStatus? status, Destination? destination)
    {
        for (var word = Words - 1; word >= 0; word--)
        {
            var bits = (status is { } s ? _pages[((int)s * Words) + word] : ulong.MaxValue)
                & (destination is { } d ? _pages[((Kinds + (int)d) * Words) + word] : ulong.MaxValue);
            for (; bits != 0; bits &= ~(1UL << (63 - BitOperations.LeadingZeroCount(bits))))
            {
                var page = (word * 64) + 63 - BitOperations.LeadingZeroCount(bits);
                if (page < Pages)
                    yield return page;
            }
        }
    }

    public void Add(Row row, long nowMs)
    {
        if (Rows++ == 0)
            FirstAcceptedMs = row.AcceptedAtMs;
        LastAcceptedMs = row.AcceptedAtMs;
        _counts[KindOf(row)]++;
        LastChangeMs = Math.Max(LastChangeMs, nowMs);
    }

    public void Change(Row before, Row after, long nowMs)
    {
        _counts[KindOf(before)]--;
        _counts[KindOf(after)]++;
        LastChangeMs = Math.Max(LastChangeMs, nowMs);
    }

    /// <param name="page">Its place in the chapter.</param>
    /// <param name="rows">All its rows.</param>
    public void SetPage(int page, IReadOnlyList<Row> rows)
    {
        var (word, bit) = (page / 64, 1UL << (page % 64));
        for (var kind = 0; kind < 2 * Kinds; kind++)
            _pages[(kind * Words) + word] &= ~bit;
        foreach (var row in rows)
        {
            _pages[((int)row.Status * Words) + word] |= bit;
            _pages[((Kinds + (int)row.Destination) * Words) + word] |= bit;
        }
    }

    public byte[] Encode(RecordWriter writer)
    {
        StoredValue.Begin(writer);
        writer.Number(Rows);
        writer.Number(FirstAcceptedMs);
        writer.Number(LastAcceptedMs);
        writer.Number(LastChangeMs);
        foreach (var count in _counts)
            writer.Number(count);
        foreach (var word in _pages)
            writer.Hash(word);
        return StoredValue.End(writer);
    }

    /// <exception cref="InvalidDataException">The summary is missing or damaged.</exception>
    public static Summary Decode(long chapter, ReadOnlyMemory<byte>? value) => StoredValue.Read(StatusKeys.Summary(chapter), value, body =>
    {
        var summary = new Summary
        {
            Rows = (int)body.Number(),
            FirstAcceptedMs = body.Number(),
            LastAcceptedMs = body.Number(),
            LastChangeMs = body.Number(),
        };
        for (var kind = 0; kind < summary._counts.Length; kind++)
            summary._counts[kind] = (int)body.Number();
        for (var word = 0; word < summary._pages.Length; word++)
            summary._pages[word] = body.Hash();
        if (!body.AtEnd || summary.Rows is < 0 or > RowNumber.RowsOfChapter || summary._counts.Sum() != summary.Rows)
            throw new InvalidDataException($"its counts do not add up to {summary.Rows} rows");
        return summary;
    });

    /// <summary>The summary of rows that are stored in pages, when the stored one is damaged.</summary>
    public static Summary Of(IEnumerable<(int Page, IReadOnlyList<Row> Rows)> pages, long nowMs)
    {
        var summary = new Summary();
        foreach (var (page, rows) in pages)
        {
            foreach (var row in rows)
                summary.Add(row, nowMs);
            summary.SetPage(page, rows);
        }
        return summary;
    }

    private static int KindOf(Row row) => ((int)row.Status * Kinds) + (int)row.Destination;
}
