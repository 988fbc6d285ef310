using System.Runtime.InteropServices;
using Herald.Engine.Events;

namespace Herald.Journal.Writes;

/// <summary>Gives access to a list of events as a span, without a copy if the list's type allows it.</summary>
internal readonly ref struct NewEvents(IReadOnlyList<NewEvent> events)
{
    public readonly ReadOnlySpan<NewEvent> Span = events switch
    {
        NewEvent[] array => array,
        List<NewEvent> list => CollectionsMarshal.AsSpan(list),
        _ => events.ToArray(),
    };
}
