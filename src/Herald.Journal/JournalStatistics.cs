namespace Herald.Journal;

/// <summary>A look at the journal at one moment, for metrics and the dashboard.</summary>
/// <param name="Bytes">Taken on disk: log, index, reserve and checkpoint.</param>
/// <param name="Events">Events kept, settled or not.</param>
/// <param name="DuplicateEntries">Ids remembered.</param>
/// <param name="DuplicateAge">How far back ids are really remembered: less than the window when the bound on entries cut it short.</param>
/// <param name="DeadLettersEvicted">Dead letters that went because of a bound or their age, since the start.</param>
/// <param name="Refused">Events refused for want of room, since the start.</param>
/// <param name="DamagedFrames">Frames the background check found damaged, since the start.</param>
/// <param name="DamagedPlaces">Places that readers found damaged, since the start: each is counted once.</param>
public sealed record JournalStatistics(
    int Segments, long Bytes, long Events, int DeadLetters, long DeadLetterBytes, long DeadLettersEvicted, long DuplicateEntries,
    TimeSpan DuplicateAge, long FreeBytes, double LastSyncMs, long Syncs, bool IsFull, long Refused, long Checkpoints, long DamagedFrames, long DamagedPlaces);
