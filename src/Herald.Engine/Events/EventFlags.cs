namespace Herald.Engine.Events;

/// <summary>Facts about an event that a reader of the index needs without the event's record. Part of the file format.</summary>
[Flags]
public enum EventFlags
{
    None = 0,

    /// <summary>The publisher gave a key: the event shares a lane with the other events of that key.</summary>
    Keyed = 1,

    /// <summary>The publisher gave the id: a second event with the same id is a duplicate.</summary>
    Identified = 2,

    /// <summary>
    /// A redrive: only the subscription named in the record receives it. <see cref="IndexEntry.RouteHash"/> is the hash of that name.
    /// </summary>
    Addressed = 4,

    /// <summary>
    /// A source could not read its message. It goes to no subscription; the owner of the shard makes a dead letter of it.
    /// </summary>
    Rejected = 8,

    /// <summary>
    /// Herald made the event itself, inside a commit: a forward, or an event that an application emits. The commit makes it exactly one
    /// event, so it never has the flag <see cref="Identified"/>.
    /// </summary>
    /// <remarks>Its id is only for display: a publisher that uses the same id does not make it a duplicate.</remarks>
    Emitted = 16,
}
