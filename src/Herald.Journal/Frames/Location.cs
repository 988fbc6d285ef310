namespace Herald.Journal.Frames;

/// <summary>Where an entry starts: a segment's number and the offset in its file. Segment 0 means nowhere.</summary>
internal readonly record struct Location(uint Segment, uint Offset)
{
    public bool IsNone => Segment == 0;
}
