using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Herald.Hosting.Problems;

namespace Herald.Hosting.Subscriptions;

/// <summary>The values that a subscription gets for fields that a definition leaves out.</summary>
public static class SubscriptionDefaults
{
    /// <summary>
    /// The <c>retry</c> and <c>limits</c> that a definition results in, as Herald shows them. Null when it has values that Herald refuses.
    /// </summary>
    public static JsonObject? Complete(JsonObject definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var found = new ProblemList();
        try
        {
            var retry = SubscriptionMapping.Complete(definition["retry"].Deserialize(DefaultsJson.Default.RetryWire), found);
            var limits = SubscriptionMapping.Complete(definition["limits"].Deserialize(DefaultsJson.Default.LimitsWire), found);
            return found.Count > 0 ? null : new JsonObject
            {
                ["retry"] = JsonSerializer.SerializeToNode(retry, DefaultsJson.Default.RetryWire),
                ["limits"] = JsonSerializer.SerializeToNode(limits, DefaultsJson.Default.LimitsWire),
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RetryWire))]
[JsonSerializable(typeof(LimitsWire))]
internal sealed partial class DefaultsJson : JsonSerializerContext;
