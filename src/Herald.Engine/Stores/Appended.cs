namespace Herald.Engine.Stores;

public enum Verdict
{
    Accepted,

    /// <summary>The same topic, key and id with the same content is already durable.</summary>
    Duplicate,

    /// <summary>The same topic, key and id, but other content.</summary>
    Conflict,

    /// <summary>Nothing could be freed: publishing is refused until there is room. Nothing was stored.</summary>
    NoRoom,
}

/// <param name="Sequence">The event's sequence; for a duplicate or a conflict, that of the original; 0 when there is none.</param>
public readonly record struct Appended(Verdict Verdict, long Sequence);
