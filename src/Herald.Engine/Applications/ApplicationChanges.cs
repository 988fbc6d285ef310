using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>The changes of one batch of an application, and how far it has read.</summary>
/// <param name="Next">The first sequence that it has not read.</param>
/// <param name="Bytes">The approximate size of all changes.</param>
public sealed record ApplicationChanges(
    long Next, IReadOnlyList<StateWrite> State, IReadOnlyList<NewEvent> Emitted, IReadOnlyList<NewDeadLetter> DeadLetters, long Bytes = 0);
