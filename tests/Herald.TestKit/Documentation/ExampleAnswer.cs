using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Herald.TestKit.Documentation;

/// <summary>Compares what a server answers with what a page shows.</summary>
public static class ExampleAnswer
{
    /// <summary>The answer has all that the example shows; what it has beyond that, and the values, may differ.</summary>
    public static void AssertLike(JsonNode? example, JsonNode? actual, string where)
    {
        switch (example)
        {
            case JsonObject members:
                Assert.True(actual is JsonObject, $"{where}: {actual?.ToJsonString()}");
                foreach (var (name, value) in members)
                {
                    Assert.True(((JsonObject)actual!).ContainsKey(name), $"{where}: no {name} in {actual.ToJsonString()}");
                    AssertLike(value, actual[name], $"{where}/{name}");
                }
                break;
            case JsonArray items:
                Assert.True(actual is JsonArray array && array.Count >= items.Count, $"{where}: {actual?.ToJsonString()}");
                for (var i = 0; i < items.Count; i++)
                    AssertLike(items[i], actual![i], $"{where}/{i}");
                break;
            case JsonValue:
                Assert.True(actual is JsonValue other && KindOf(other) == KindOf(example), $"{where}: {actual?.ToJsonString()}");
                break;
        }
    }

    private static JsonValueKind KindOf(JsonNode node) => node.GetValueKind() is JsonValueKind.True ? JsonValueKind.False : node.GetValueKind();
}
