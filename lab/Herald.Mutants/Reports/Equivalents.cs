using System.Text.Json;

namespace Herald.Mutants.Reports;

/// <summary>
/// Survivors that the developers believe to change nothing, with reasons. They still count as survivors, because this is only a belief.
/// </summary>
internal static class Equivalents
{
    public const string File = "docs/evidence/equivalents.json";

    /// <returns>The reasons, by the key of the mutant.</returns>
    public static IReadOnlyDictionary<string, string> Read(string root)
    {
        var path = new FileInfo(Path.Combine(root, File));
        if (!path.Exists)
            return new Dictionary<string, string>();
        try
        {
            using var text = path.OpenRead();
            return JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
        }
        catch (JsonException failure)
        {
            throw new MutantsException($"{File} cannot be read: {failure.Message}");
        }
    }
}
