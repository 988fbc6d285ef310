namespace Herald.Journal;

/// <summary>Another version of Herald wrote the file: a newer one, or one from before the first release.</summary>
public sealed class JournalFormatException(string file, int found, int known)
    : IOException($"'{file}' has format {found}; this program reads format {known}. "
        + (found > known ? "Run the newer Herald that wrote it." : "It was written before the first release. Only "
            + "journals written since then stay readable."))
{
    public string File { get; } = file;
    public int Found { get; } = found;
    public int Known { get; } = known;
}
