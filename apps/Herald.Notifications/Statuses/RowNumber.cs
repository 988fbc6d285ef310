namespace Herald.Notifications.Statuses;

/// <summary>
/// How the rows of a shard are divided. A shard numbers its rows 0, 1, 2 … in the order of its log. A row never moves, so its number leads
/// to its page, its chapter and its block for ever.
/// </summary>
internal static class RowNumber
{
    public const int RowsOfPage = 16, RowsOfChunk = 128, RowsOfChapter = 8192, RowsOfBlock = 65_536;
    public const int PagesOfChapter = RowsOfChapter / RowsOfPage, ChaptersOfBlock = RowsOfBlock / RowsOfChapter;

    public static long PageOf(long row) => row / RowsOfPage;

    public static int SlotOf(long row) => (int)(row % RowsOfPage);

    public static long ChunkOf(long row) => row / RowsOfChunk;

    public static long ChapterOf(long row) => row / RowsOfChapter;

    public static long BlockOf(long row) => row / RowsOfBlock;

    public static long ChapterOfPage(long page) => page / PagesOfChapter;

    public static long BlockOfChapter(long chapter) => chapter / ChaptersOfBlock;
}
