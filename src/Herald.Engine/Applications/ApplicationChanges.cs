using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>
/// What an application saves in one commit: mostly the changes of a batch, otherwise dead letters of damaged events or only how far it has
/// read.
/// </summary>
/// <param name="Next">The first sequence that the application has not read.</param>
/// <param name="Bytes">The approximate size of all changes.</param>
public sealed record ApplicationChanges(
    long Next, IReadOnlyList<StateWrite> State, IReadOnlyList<NewEvent> Emitted, IReadOnlyList<NewDeadLetter> DeadLetters, long Bytes = 0);
