namespace Herald.Engine.Events;

/// <summary>What an index entry must say of its event without the event being read. Part of the file format.</summary>
[Flags]
public enum EventFlags
{
    None = 0,

    /// <summary>The publisher gave a key: the event shares a lane with others of that key.</summary>
    Keyed = 1,

    /// <summary>The publisher gave the id: a second event with it is a duplicate.</summary>
    Identified = 2,

    /// <summary>A redrive: only the subscription named in the record gets it; <see cref="IndexEntry.RouteHash"/> is that name's hash.</summary>
    Addressed = 4,

    /// <summary>A source could not understand its message: nobody is sent it, the owner of the shard makes a dead letter of it.</summary>
    Rejected = 8,

    /// <summary>
    /// Herald made it itself, inside a commit: a forward, or what an application emits. The commit makes it exactly one event, so it is never
    /// <see cref="Identified"/>: its id is for people, and whoever publishes the same one hides nothing.
    /// </summary>
    Emitted = 16,
}
