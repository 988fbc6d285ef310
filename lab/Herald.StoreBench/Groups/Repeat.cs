using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.StoreBench.Groups;

/// <summary>The rules by which every store decides whether an event is a repeat.</summary>
internal static class Repeat
{
    /// <summary>Only an id that the publisher gave makes an event a repeat. A redrive carries the id of its original on purpose.</summary>
    public static bool IsPossible(EventFlags flags) => (flags & (EventFlags.Identified | EventFlags.Addressed)) == EventFlags.Identified;

    /// <summary>Returns null when the stored event is a different one, though the hashes agree.</summary>
    public static Appended? Of(ReadOnlyMemory<byte> stored, long sequence, ReadOnlyMemory<byte> candidate)
    {
        EventView original = new(stored), repeated = new(candidate);
        return !original.SameIdentity(repeated) ? null
            : new Appended(original.SameContent(repeated) ? Verdict.Duplicate : Verdict.Conflict, sequence);
    }
}
