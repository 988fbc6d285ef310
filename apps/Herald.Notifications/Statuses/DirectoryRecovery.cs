using Herald.Engine.Applications;

namespace Herald.Notifications.Statuses;

/// <summary>
/// Brings a directory up to date whose newer version is damaged. A change adds chapters or extends tables. So the next chapters are looked
/// for by their summaries, and the tables name their own id and size.
/// </summary>
internal static class DirectoryRecovery
{
    public static async ValueTask CompleteAsync(ApplicationBatch batch, BlockDirectory directory, CancellationToken cancel)
    {
        var known = directory.Newest?.Number ?? 0;
        while (await AddNextChapterAsync(batch, directory, cancel))
        {
        }
        foreach (var block in directory.Blocks.Where(block => block.Number >= known).ToList())
        {
            var key = StatusKeys.UuidPart(block.Number, 0);
            batch.Need(key);
            await batch.LoadAsync(cancel);
            if (batch.Get(key) is not { } value)
                continue;
            var part = TablePart.Read(key, value);
            directory.Set(block with { TableRows = part.TableRows, TableId = part.Id });
        }
    }

    private static async ValueTask<bool> AddNextChapterAsync(ApplicationBatch batch, BlockDirectory directory, CancellationToken cancel)
    {
        var newest = directory.NewestChapter;
        // A block can end early, so the next chapter can be the first one of the next block.
        long[] next = newest < 0
            ? [RowNumber.ChapterOf(directory.Floor)]
            : [newest + 1, (RowNumber.BlockOfChapter(newest) + 1) * RowNumber.ChaptersOfBlock];
        foreach (var chapter in next)
            batch.Need(StatusKeys.Summary(chapter));
        await batch.LoadAsync(cancel);
        foreach (var chapter in next)
        {
            if (batch.Get(StatusKeys.Summary(chapter)) is not { } value)
                continue;
            directory.AddChapter(chapter, Summary.Decode(chapter, value).FirstAcceptedMs);
            return true;
        }
        return false;
    }
}
