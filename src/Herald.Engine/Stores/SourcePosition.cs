namespace Herald.Engine.Stores;

/// <summary>How far an external source has been read. It is saved in the same append as the events up to it.</summary>
/// <param name="Source">The source's name, for example <c>kafka/cluster/topic/7</c>.</param>
/// <param name="Position">
/// The next position to read. An append whose position is not above the stored one is already applied: nothing is stored, and
/// every event's verdict is <see cref="Verdict.Duplicate"/>.
/// </param>
public sealed record SourcePosition(string Source, long Position);
