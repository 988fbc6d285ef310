namespace Herald.Journal;

/// <summary>The figures of the journal at one moment, for metrics and the dashboard.</summary>
/// <param name="Bytes">Bytes on disk: log, index, reserve and checkpoint.</param>
/// <param name="Events">Events kept, settled or not.</param>
/// <param name="DuplicateEntries">Number of remembered ids.</param>
/// <param name="DuplicateAge">Age of the oldest remembered id. It is less than the configured window if the bound on number cut the window
/// short.</param>
/// <param name="DeadLettersEvicted">Dead letters removed by a bound or by age, since the start.</param>
/// <param name="Refused">Events refused for lack of room, since the start.</param>
/// <param name="DamagedFrames">Damaged frames that the background check found, since the start.</param>
/// <param name="DamagedPlaces">Damaged places that readers found, since the start. Each place is counted once.</param>
public sealed record JournalStatistics(
    int Segments, long Bytes, long Events, int DeadLetters, long DeadLetterBytes, long DeadLettersEvicted, long DuplicateEntries,
    TimeSpan DuplicateAge, long FreeBytes, double LastSyncMs, long Syncs, bool IsFull, long Refused, long Checkpoints, long DamagedFrames,
    long DamagedPlaces);
