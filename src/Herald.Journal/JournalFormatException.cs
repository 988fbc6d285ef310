namespace Herald.Journal;

/// <summary>A file was written by a newer Herald.</summary>
public sealed class JournalFormatException(string file, int found, int known)
    : IOException($"'{file}' has format {found}; this program knows formats up to {known}. Run the newer Herald that wrote it.")
{
    public string File { get; } = file;
    public int Found { get; } = found;
    public int Known { get; } = known;
}
