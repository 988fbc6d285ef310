using Herald.TestKit;
using Xunit;

namespace Herald.TestKit.Documentation;

/// <summary>The files in <c>docs/</c>.</summary>
public static class CommittedDocs
{
    public static Task<string> ReadAsync(string name, CancellationToken cancel) => File.ReadAllTextAsync(PathOf(name), cancel);

    /// <summary>A description of addresses is the committed one. Asked for, it is written first.</summary>
    public static async Task AssertDescribedAsync(string described, string name, CancellationToken cancel)
    {
        if (Environment.GetEnvironmentVariable("HERALD_TESTS_WRITE_OPENAPI") == "1")
            await File.WriteAllTextAsync(PathOf(name), described.TrimEnd() + "\n", cancel);
        Assert.True(
            File.Exists(PathOf(name)) && (await ReadAsync(name, cancel)).TrimEnd() == described.TrimEnd(),
            $"docs/{name} is not what the server says; run these tests with HERALD_TESTS_WRITE_OPENAPI=1 and look at the difference.");
    }

    private static string PathOf(string name) => SourceTree.File(Path.Combine("docs", name));
}
