namespace Herald.Engine.Transfer;

/// <summary>The file is not a complete export of a known format.</summary>
public sealed class ExportFileException : IOException
{
    private ExportFileException(string message) : base(message) { }

    /// <param name="section">Null for the beginning of the file.</param>
    internal static ExportFileException Damaged(MoveSection? section, long offset, string what) =>
        new($"The export is damaged or was cut short ({(section is { } named ? $"section {named}" : "header")}, offset {offset}): {what}. Nothing was imported. Make a new export.");

    internal static ExportFileException Unknown(int format) =>
        new(
            $"The export has format {format}; this Herald reads format {ExportFile.Format}. Import it "
                + "with the version of Herald that wrote it.");

    internal static ExportFileException NotOne() => new("The file is not a Herald export.");
}
