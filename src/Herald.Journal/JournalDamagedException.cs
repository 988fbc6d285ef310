namespace Herald.Journal;

/// <summary>Bytes that were durable are not what was written.</summary>
/// <remarks>
/// The journal refuses to open rather than lose events without notice. Restore a backup, or move the named file away if you know what it
/// held.
/// </remarks>
public sealed class JournalDamagedException(string file, long offset, string what)
    : IOException($"The journal is damaged: {what} ('{file}', offset {offset}). Restore it from a backup.")
{
    public string File { get; } = file;
    public long Offset { get; } = offset;
    public string What { get; } = what;
}
