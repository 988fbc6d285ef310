namespace Herald.Notifications.Statuses;

/// <summary>Removes old rows, a chapter at a time, and settles rows that are so old and got no result.</summary>
/// <remarks>
/// A chapter goes when its last change is old enough and all its rows are settled, as its summary shows. Rows that wait, or that had a late
/// report, keep their chapter and no other one: beside the oldest chapter, a tick looks at one more, which the time chooses.
/// </remarks>
internal static class Forgetting
{
    public const string NoResult = "no-result";

    private const long TurnMs = 1000;

    public static async ValueTask<bool> RunAsync(StatusBook book, long nowMs, CancellationToken cancel)
    {
        var chapters = book.Directory.ChaptersFromNewest().Reverse().ToList();
        if (chapters.Count == 0)
            return false;
        var other = chapters[(int)(nowMs / TurnMs % chapters.Count)];
        return await RunAsync(book, chapters[0], nowMs, cancel) || (other != chapters[0] && await RunAsync(book, other, nowMs, cancel));
    }

    private static async ValueTask<bool> RunAsync(StatusBook book, long chapter, long nowMs, CancellationToken cancel)
    {
        if (await book.SummaryAsync(chapter, cancel) is not { } summary)
        {
            // The newer directory was damaged after the chapter had gone.
            book.Remove(chapter, RowNumber.PagesOfChapter);
            return true;
        }
        if (summary.LastChangeMs + book.KeepForMs >= nowMs)
            return false;
        if (summary.Count(NotificationStatus.NotProcessed, null) > 0)
            return await SettleAsync(book, chapter, summary, nowMs, cancel);
        book.Remove(chapter, summary.Pages);
        return true;
    }

    /// <summary>Its subscription was deleted, for example. Rows that still wait for their time are not concerned.</summary>
    private static async ValueTask<bool> SettleAsync(
        StatusBook book, long chapter, Summary summary, long nowMs, CancellationToken cancel)
    {
        var pages = summary.PagesWith(NotificationStatus.NotProcessed, null);
        long[] firsts = [.. pages.Select(page => (chapter * RowNumber.RowsOfChapter) + (page * RowNumber.RowsOfPage))];
        await book.LoadRowsAsync(firsts, cancel);
        var isAny = false;
        foreach (var first in firsts)
            for (var number = first; number < first + RowNumber.RowsOfPage; number++)
                if (book.At(number) is { Status: NotificationStatus.NotProcessed, Waits: null } row)
                {
                    book.Change(row with { Status = NotificationStatus.Failed, Reason = NoResult, SettledAtMs = nowMs });
                    isAny = true;
                }
        return isAny;
    }
}
