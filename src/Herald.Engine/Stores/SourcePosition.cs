namespace Herald.Engine.Stores;

/// <summary>How far a source outside has been read, saved in the same append as the events up to it.</summary>
/// <param name="Source">The source's name, e.g. <c>kafka/cluster/topic/7</c>.</param>
/// <param name="Position">The next position to read. An append whose position is not above the stored one is refused whole as already applied.</param>
public sealed record SourcePosition(string Source, long Position);
