using System.Text.Json.Nodes;
using Herald.Hosting.Problems;
using Herald.Server.Tests.Http;
using Herald.TestKit.Documentation;
using Xunit;

namespace Herald.Server.Tests.Documentation;

public sealed class DocumentationTests(RunningServer shared)
{
    [Fact]
    public async Task The_examples_work()
    {
        await using var server = await RunningServer.StartAsync();
        var examples = ApiExample.ReadAll(await CommittedDocs.ReadAsync("api.md", RunningServer.Cancel)).ToList();
        Assert.True(examples.Count > 10);
        foreach (var example in examples)
        {
            var answer = await server.SendAsync(new HttpMethod(example.Method), example.Path, example.Body.Length > 0 ? example.Body : null, example.ContentType, []);
            Assert.True((int)answer.Status == example.Status, $"{example.Method} {example.Path} answered {(int)answer.Status}: {answer.Text}");
            if (example.Answer.Length > 0)
                ExampleAnswer.AssertLike(JsonNode.Parse(example.Answer), answer.Json, $"{example.Method} {example.Path}");
        }
    }

    [Fact]
    public async Task All_codes_are_listed()
    {
        var text = await CommittedDocs.ReadAsync("api.md", RunningServer.Cancel);
        foreach (var kind in ProblemKind.All)
            Assert.Contains($"| `{kind.Code}` | {kind.Status} |", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_is_the_committed_one() =>
        await CommittedDocs.AssertDescribedAsync((await shared.GetAsync("/openapi.json")).Is(200).Text, "openapi.json", RunningServer.Cancel);

    [Fact]
    public async Task The_page_for_receivers_lists_every_header_and_every_status_of_a_webhook()
    {
        var page = await CommittedDocs.ReadAsync("receiving.md", RunningServer.Cancel);
        var webhook = (await shared.GetAsync("/openapi.json")).Is(200).Json["webhooks"]!["event"]!["post"]!;
        var firstColumns = string.Join('\n', page.Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Split('|')[1]));
        foreach (var header in webhook["parameters"]!.AsArray())
            Assert.Contains($"`{header!["name"]}`", firstColumns, StringComparison.Ordinal);
        foreach (var (status, _) in webhook["responses"]!.AsObject().Where(answer => answer.Key != "default"))
            Assert.Contains(status.ToLowerInvariant(), firstColumns, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_is_complete()
    {
        var json = (await shared.GetAsync("/openapi.json")).Is(200).Json;
        Assert.StartsWith("3.1", json["openapi"]!.ToString(), StringComparison.Ordinal);
        foreach (var (path, operations) in json["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                var where = $"{method} {path}";
                Assert.True(operation!["operationId"] is not null, where);
                Assert.True(operation["summary"] is not null, where);
                var named = path.Split('{').Skip(1).Select(p => p[..p.IndexOf('}', StringComparison.Ordinal)]);
                var parameters = operation["parameters"]?.AsArray().Where(p => p!["in"]!.ToString() == "path").Select(p => p!["name"]!.ToString()) ?? [];
                Assert.Equal(named.Order(StringComparer.Ordinal), parameters.Order(StringComparer.Ordinal));
                Assert.True(operation["responses"]!.AsObject().Any(r => r.Key.StartsWith('2')), where);
                Assert.True(operation["responses"]!["default"] is not null, where);
            }
        }
    }
}
