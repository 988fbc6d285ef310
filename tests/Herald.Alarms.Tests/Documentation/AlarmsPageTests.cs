using System.Text.Json.Nodes;
using Herald.Alarms.Hosting;
using Herald.Alarms.Inspection;
using Herald.Alarms.Tests.Inspection;
using Herald.Hosting.Settings;
using Herald.TestKit.Documentation;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Alarms.Tests.Documentation;

/// <summary>docs/alarms.md describes what the application really does.</summary>
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
            // A published message is processed a moment later, so the request is repeated.
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
        var settings = new SettingSet([AlarmsModule.Section]).Load(new()).Effective();
        Assert.All(settings, setting => Assert.Contains($"| `{setting.Name}` |", page, StringComparison.Ordinal));
        Assert.Equal(typeof(AlarmsOptions).GetProperties().Length, settings.Count);
    }

    [Fact]
    public async Task The_description_is_the_committed_one()
    {
        await using var server = await AlarmsServer.StartAsync();
        await CommittedDocs.AssertDescribedAsync(ApplicationDescription.Of((await server.GetAsync("/openapi.json")).Is(200).Json, "/v1/alarms/"), "openapi-alarms.json", AlarmsServer.Cancel);
    }

    private static Task<string> PageAsync() => CommittedDocs.ReadAsync("alarms.md", AlarmsServer.Cancel);
}
