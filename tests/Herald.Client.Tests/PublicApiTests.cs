using Herald.TestKit;
using Xunit;

namespace Herald.Client.Tests;

/// <summary>The public API is a promise: a change of it shows as a change of a committed file.</summary>
public sealed class PublicApiTests
{
    /// <summary>The environment variable with which the file is written.</summary>
    private const string Variable = "HERALD_WRITE_API";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_the_committed_one()
    {
        var path = SourceTree.File(Path.Combine("tests", "Herald.Client.Tests", "PublicApi.txt"));
        var api = PublicApi.Of(typeof(HeraldClient).Assembly);
        if (Environment.GetEnvironmentVariable(Variable) == "1")
            await File.WriteAllTextAsync(path, api, Cancel);
        var committed = (await File.ReadAllTextAsync(path, Cancel)).ReplaceLineEndings("\n");
        Assert.True(committed == api, $"""
            PublicApi.txt is not the public API. Run this test with {Variable}=1, and look at the difference.
            {Difference(committed.Split('\n'), api.Split('\n'))}
            """);
    }

    [Fact]
    public void All_types_are_in_one_namespace() =>
        Assert.Equal(["Herald.Client"], typeof(HeraldClient).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct());

    private static string Difference(string[] before, string[] after) =>
        string.Join('\n', before.Except(after).Select(line => $"- {line}").Concat(after.Except(before).Select(line => $"+ {line}")));
}
