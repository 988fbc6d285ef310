using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Orders.Problems;
using Herald.Orders.Tests.Hosting;
using Herald.Server.Tests.Documentation;
using Xunit;

namespace Herald.Orders.Tests.Documentation;

/// <summary>What is committed in docs/ about the application is what it does.</summary>
public sealed class DescriptionTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_description_is_the_committed_one()
    {
        await using var server = await OrdersServer.StartAsync();
        var described = OnlyOrders((await server.GetAsync("/openapi.json")).Is(200).Json).ToJsonString(Indented);
        var file = Docs("openapi-orders.json");
        if (Environment.GetEnvironmentVariable("HERALD_TESTS_WRITE_OPENAPI") == "1")
            await File.WriteAllTextAsync(file, described + "\n", OrdersServer.Cancel);
        Assert.True(
            (await File.ReadAllTextAsync(file, OrdersServer.Cancel)).TrimEnd() == described,
            "docs/openapi-orders.json is not what the server says; run these tests with HERALD_TESTS_WRITE_OPENAPI=1 and look at the difference.");
    }

    [Fact]
    public async Task The_examples_work()
    {
        await using var server = await OrdersServer.StartAsync();
        var examples = ApiExample.ReadAll(await File.ReadAllTextAsync(Docs("orders.md"), OrdersServer.Cancel)).ToList();
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
        var text = await File.ReadAllTextAsync(Docs("orders.md"), OrdersServer.Cancel);
        foreach (var kind in OrdersProblem.All)
            Assert.Contains($"| `{kind.Code}` | {kind.Status} |", text, StringComparison.Ordinal);
    }

    /// <summary>The application's addresses, with what they refer to; the others are described in docs/openapi.json.</summary>
    private static JsonObject OnlyOrders(JsonNode whole)
    {
        var paths = new JsonObject(whole["paths"]!.AsObject().Where(path => path.Key.StartsWith("/v1/orders/", StringComparison.Ordinal)).Select(path => KeyValuePair.Create(path.Key, path.Value?.DeepClone())));
        var (schemas, all) = (new JsonObject(), whole["components"]!["schemas"]!.AsObject());
        for (var missing = Referred(paths); missing.Count > 0; missing = [.. Referred(schemas).Where(name => !schemas.ContainsKey(name))])
        {
            foreach (var name in missing.Order(StringComparer.Ordinal))
                schemas[name] = all[name]!.DeepClone();
        }
        var only = whole.DeepClone().AsObject();
        only.Remove("tags");
        (only["paths"], only["components"]!["schemas"]) = (paths, schemas);
        return only;
    }

    private static HashSet<string> Referred(JsonNode? node)
    {
        const string Prefix = "#/components/schemas/";
        var found = new HashSet<string>(StringComparer.Ordinal);
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    if (name == "$ref" && value!.ToString().StartsWith(Prefix, StringComparison.Ordinal))
                        found.Add(value.ToString()[Prefix.Length..]);
                    else
                        found.UnionWith(Referred(value));
                }
                break;
            case JsonArray items:
                foreach (var item in items)
                    found.UnionWith(Referred(item));
                break;
        }
        return found;
    }

    private static string Docs(string name)
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Herald.slnx")))
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The tests run inside the source tree.");
        return Path.Combine(directory, "docs", name);
    }
}
