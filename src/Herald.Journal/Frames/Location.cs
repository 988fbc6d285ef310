namespace Herald.Journal.Frames;

/// <summary>The place where an entry starts: the number of a segment and the offset in its file. Segment 0 means no place.</summary>
internal readonly record struct Location(uint Segment, uint Offset)
{
    public bool IsNone => Segment == 0;
}
