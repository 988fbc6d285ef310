using System.Text.Json.Nodes;
using Herald.Orders.Problems;
using Herald.Orders.Tests.Hosting;
using Herald.TestKit.Documentation;
using Xunit;

namespace Herald.Orders.Tests.Documentation;

/// <summary>The committed description in docs/ matches what the application does.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task The_description_is_the_committed_one()
    {
        await using var server = await OrdersServer.StartAsync();
        await CommittedDocs.AssertDescribedAsync(ApplicationDescription.Of((await server.GetAsync("/openapi.json")).Is(200).Json, "/v1/orders/"), "openapi-orders.json", OrdersServer.Cancel);
    }

    [Fact]
    public async Task The_examples_work()
    {
        await using var server = await OrdersServer.StartAsync();
        var examples = ApiExample.ReadAll(await CommittedDocs.ReadAsync("orders.md", OrdersServer.Cancel)).ToList();
        Assert.True(examples.Count >= 4);
        foreach (var example in examples)
        {
            var answer = await server.SendAsync(new HttpMethod(example.Method), example.Path, example.Body.Length > 0 ? example.Body : null, []);
            Assert.True((int)answer.Status == example.Status, $"{example.Method} {example.Path} answered {(int)answer.Status}: {answer.Text}");
            if (example.Answer.Length > 0)
                ExampleAnswer.AssertLike(JsonNode.Parse(example.Answer), answer.Json, $"{example.Method} {example.Path}");
        }
    }

    [Fact]
    public async Task All_codes_are_listed()
    {
        var text = await CommittedDocs.ReadAsync("orders.md", OrdersServer.Cancel);
        foreach (var kind in OrdersProblem.All)
            Assert.Contains($"| `{kind.Code}` | {kind.Status} |", text, StringComparison.Ordinal);
    }
}
