using System.Text.Json.Nodes;
using Herald.Alarms.Looking;
using Herald.Alarms.Tests.Looking;
using Herald.Server.Tests.Documentation;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Alarms.Tests.Documentation;

/// <summary>What docs/alarms.md says is what the application does.</summary>
public sealed class AlarmsPageTests
{
    [Fact]
    public async Task The_examples_work()
    {
        await using var server = await AlarmsServer.StartAsync();
        var examples = ApiExample.ReadAll(await PageAsync()).ToList();
        Assert.Equal(2, examples.Count);
        foreach (var example in examples)
        {
            // What was published is known a moment later.
            await Until.HoldsAsync(
                async () => (int)(await server.SendAsync(new HttpMethod(example.Method), example.Path, example.Body.Length > 0 ? example.Body : null)).Status == example.Status,
                $"{example.Method} {example.Path} is answered {example.Status}");
        }
        var shown = JsonNode.Parse(examples[^1].Answer);
        Assert.Equal(shown!.ToJsonString(), (await server.GetAsync(examples[^1].Path)).Json.ToJsonString());
    }

    [Fact]
    public async Task All_codes_and_options_are_listed()
    {
        var page = await PageAsync();
        Assert.All(AlarmsProblem.All, kind => Assert.Contains($"| `{kind.Code}` | {kind.Status} |", page, StringComparison.Ordinal));
        Assert.All(AlarmsSettings.All, setting => Assert.Contains($"| `{setting.Name}` |", page, StringComparison.Ordinal));
        Assert.Equal(typeof(AlarmsOptions).GetProperties().Length, AlarmsSettings.All.Count);
    }

    private static Task<string> PageAsync()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Herald.slnx")))
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The tests run inside the source tree.");
        return File.ReadAllTextAsync(Path.Combine(directory, "docs", "alarms.md"), AlarmsServer.Cancel);
    }
}
