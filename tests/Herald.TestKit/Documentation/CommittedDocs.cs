using Xunit;

namespace Herald.TestKit.Documentation;

/// <summary>The files in <c>docs/</c>.</summary>
public static class CommittedDocs
{
    /// <summary>With the value 1, generated pages are written.</summary>
    public const string Variable = "HERALD_WRITE_DOCS";

    public static Task<string> ReadAsync(string name, CancellationToken cancel) => File.ReadAllTextAsync(PathOf(name), cancel);

    /// <summary>A generated page is the committed one. With HERALD_WRITE_DOCS=1 it is written first.</summary>
    public static async Task AssertDescribedAsync(string described, string name, CancellationToken cancel)
    {
        if (Environment.GetEnvironmentVariable(Variable) == "1")
            await File.WriteAllTextAsync(PathOf(name), described.TrimEnd() + "\n", cancel);
        Assert.True(
            File.Exists(PathOf(name)) && (await ReadAsync(name, cancel)).TrimEnd() == described.TrimEnd(),
            $"docs/{name} is not what the program says; run these tests with {Variable}=1 and look at the difference.");
    }

    private static string PathOf(string name) => SourceTree.File(Path.Combine("docs", name));
}
