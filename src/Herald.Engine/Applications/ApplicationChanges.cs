using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>What one batch of an application wants saved, with how far it has read.</summary>
/// <param name="Next">The first sequence that it has not read.</param>
/// <param name="Bytes">Of all of it, about.</param>
internal sealed record ApplicationChanges(
    long Next, IReadOnlyList<StateWrite> State, IReadOnlyList<NewEvent> Emitted, IReadOnlyList<NewDeadLetter> DeadLetters, long Bytes = 0);
