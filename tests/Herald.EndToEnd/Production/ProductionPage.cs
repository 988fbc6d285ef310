using Herald.TestKit.Documentation;

namespace Herald.EndToEnd.Production;

/// <summary>The files that docs/production.md shows.</summary>
internal static class ProductionPage
{
    public static Task<string> ReadSettingsAsync(CancellationToken cancel) => ReadAsync("json", cancel);

    public static Task<string> ReadUnitAsync(CancellationToken cancel) => ReadAsync("ini", cancel);

    public static Task<string> ReadNginxAsync(CancellationToken cancel) => ReadAsync("nginx", cancel);

    /// <summary>A file as it must be in a test.</summary>
    /// <exception cref="InvalidOperationException">The page does not contain a text that is to be replaced.</exception>
    public static string Replace(string text, params (string Old, string New)[] changes)
    {
        foreach (var (old, other) in changes)
        {
            if (!text.Contains(old, StringComparison.Ordinal))
                throw new InvalidOperationException($"docs/production.md does not contain '{old}'.");
            text = text.Replace(old, other, StringComparison.Ordinal);
        }
        return text;
    }

    private static async Task<string> ReadAsync(string language, CancellationToken cancel) =>
        (await CommittedDocs.ReadAsync("production.md", cancel)).ReplaceLineEndings("\n").Split($"```{language}\n")[1].Split("```")[0];
}
