using System.Text.Json;

namespace Herald.Mutants.Telling;

/// <summary>Survivors of which somebody believes that they change nothing, and why. They count as survived: it is a belief.</summary>
internal static class Equivalents
{
    public const string File = "docs/evidence/equivalents.json";

    /// <returns>Reasons, by the key of the mutant.</returns>
    public static IReadOnlyDictionary<string, string> Read(string root)
    {
        var path = Path.Combine(root, File);
        try
        {
            return System.IO.File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, string>>(System.IO.File.ReadAllText(path))! : new Dictionary<string, string>();
        }
        catch (JsonException failure)
        {
            throw new MutantsException($"{File} cannot be read: {failure.Message}");
        }
    }
}
