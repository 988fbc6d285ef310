using Herald.Hosting.Metrics;

namespace Herald.Journal.Hosting;

internal static class JournalMetrics
{
    public static void Write(PrometheusText text, JournalStatistics journal)
    {
        text.Single("herald_journal_bytes", "gauge", "Bytes of the journal on disk.", journal.Bytes);
        text.Single("herald_journal_segments", "gauge", "Log files of the journal.", journal.Segments);
        text.Single("herald_journal_events", "gauge", "Events kept, settled or not.", journal.Events);
        text.Single("herald_journal_full", "gauge",
            "1 while the store is full and publishing is refused, otherwise 0.", journal.IsFull ? 1 : 0);
        text.Single("herald_journal_refused_total", "counter", "Events refused because the store was full.", journal.Refused);
        text.Single("herald_journal_free_bytes", "gauge", "Bytes free on the disk.", journal.FreeBytes);
        text.Single("herald_journal_syncs_total", "counter", "fsyncs of the log.", journal.Syncs);
        text.Single("herald_journal_last_sync_seconds", "gauge", "Duration of the last fsync.", journal.LastSyncMs / 1000);
        text.Single("herald_journal_checkpoints_total", "counter", "Checkpoints written.", journal.Checkpoints);
        text.Single(
            "herald_journal_damaged_places_total", "counter", "Places in the journal that were found damaged when they were read.",
            journal.DamagedPlaces);
        text.Single(
            "herald_journal_damaged_frames_total", "counter", "Damaged frames found by the background check.", journal.DamagedFrames);
        text.Single("herald_duplicate_entries", "gauge", "Remembered ids, by which duplicates are recognized.", journal.DuplicateEntries);
        text.Single("herald_duplicate_age_seconds", "gauge",
            "Age of the oldest remembered id. Duplicates of older events are not recognized.", journal.DuplicateAge.TotalSeconds);
        text.Single("herald_dead_letters", "gauge", "Dead letters kept.", journal.DeadLetters);
        text.Single("herald_dead_letter_bytes", "gauge", "Bytes of dead letters.", journal.DeadLetterBytes);
        text.Single(
            "herald_dead_letters_evicted_total", "counter", "Dead letters that were removed because of their age or a limit.",
            journal.DeadLettersEvicted);
    }
}
