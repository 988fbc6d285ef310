using Herald.TestKit.Documentation;

namespace Herald.EndToEnd.Production;

/// <summary>The files that docs/production.md shows.</summary>
internal static class ProductionPage
{
    public static Task<string> ReadSettingsAsync(CancellationToken cancel) => ReadAsync("json", cancel);

    public static Task<string> ReadUnitAsync(CancellationToken cancel) => ReadFileAsync("/etc/systemd/system/herald.service", cancel);

    public static Task<string> ReadNginxAsync(CancellationToken cancel) => ReadAsync("nginx", cancel);

    /// <summary>The content of a file that the page names in a line of its own.</summary>
    public static async Task<string> ReadFileAsync(string path, CancellationToken cancel) =>
        AfterFence((await ReadPageAsync(cancel)).Split($"\n`{path}`:\n\n```")[1]);

    /// <summary>The commands that restore a backup.</summary>
    public static async Task<string> ReadRestoreAsync(CancellationToken cancel) =>
        AfterFence((await ReadPageAsync(cancel)).Split("\n**To restore")[1].Split("\n```")[1]);

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
        (await ReadPageAsync(cancel)).Split($"```{language}\n")[1].Split("```")[0];

    private static async Task<string> ReadPageAsync(CancellationToken cancel) =>
        (await CommittedDocs.ReadAsync("production.md", cancel)).ReplaceLineEndings("\n");

    /// <param name="block">A block from the language in its first line on.</param>
    private static string AfterFence(string block) => block[(block.IndexOf('\n', StringComparison.Ordinal) + 1)..].Split("```")[0];
}
