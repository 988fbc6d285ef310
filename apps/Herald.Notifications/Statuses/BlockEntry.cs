namespace Herald.Notifications.Statuses;

/// <summary>What the directory knows of a block.</summary>
/// <param name="FirstMs">When its first row was accepted.</param>
/// <param name="LastMs">Its rows were accepted at this time at the latest. The newest block can have later ones.</param>
/// <param name="TableRows">How many of its rows, from the first on, its tables have.</param>
/// <param name="TableId">A hash of the content of its tables; 0 while there are none.</param>
/// <param name="Chapters">A bit for each chapter that exists.</param>
internal readonly record struct BlockEntry(long Number, long FirstMs, long LastMs, int TableRows, ulong TableId, byte Chapters)
{
    public long FirstRow => Number * RowNumber.RowsOfBlock;

    /// <summary>The first row that the tables lack.</summary>
    public long FirstOpenRow => FirstRow + TableRows;

    public bool Has(long chapter) =>
        RowNumber.BlockOfChapter(chapter) == Number && (Chapters & (1 << (int)(chapter % RowNumber.ChaptersOfBlock))) != 0;

    public BlockEntry With(long chapter) => this with { Chapters = (byte)(Chapters | (1 << (int)(chapter % RowNumber.ChaptersOfBlock))) };

    public BlockEntry Without(long chapter) =>
        this with { Chapters = (byte)(Chapters & ~(1 << (int)(chapter % RowNumber.ChaptersOfBlock))) };
}
