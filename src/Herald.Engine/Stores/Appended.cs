namespace Herald.Engine.Stores;

public enum Verdict
{
    Accepted,

    /// <summary>An event with the same topic, key, id and content is already durable.</summary>
    Duplicate,

    /// <summary>An event with the same topic, key and id but other content is already durable.</summary>
    Conflict,

    /// <summary>The store is full and cannot free anything. Nothing was stored; publishing is refused until there is room.</summary>
    NoRoom,
}

/// <param name="Sequence">The event's sequence; for a duplicate or a conflict, the sequence of the original; 0 when there is none.</param>
public readonly record struct Appended(Verdict Verdict, long Sequence);
