using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Http;

namespace Herald.Server.Wire;

/// <summary>JSON merge patch (RFC 7396): objects are merged, null removes, and any other value replaces.</summary>
internal static class MergePatch
{
    /// <exception cref="ProblemException">The body is not a JSON object, or it has a field twice.</exception>
    public static async ValueTask<JsonObject> ReadAsync(HttpRequest request, BodyBudget budget)
    {
        using var json = await JsonBody.ReadAsync(request, MediaType.MergePatch, budget);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            throw new ProblemException(
                Problem.Invalid([ShapeCheck.Problem("", json.RootElement, "Send a JSON object with the fields to change.")]));
        if (JsonBody.FindDouble(json.RootElement, "") is { } doubled)
            throw new ProblemException(Problem.Invalid([doubled]));
        return JsonObject.Create(json.RootElement.Clone())!;
    }

    /// <summary>Reads the present state with the patch applied to it.</summary>
    public static T ApplyTo<T>(T present, JsonObject patch)
        where T : class
    {
        var before = JsonSerializer.SerializeToNode(present, WireJson.Options.GetTypeInfo(typeof(T)));
        using var after = JsonDocument.Parse(Apply(before, patch)!.ToJsonString());
        return JsonBody.To<T>(after.RootElement, WireJson.Options);
    }

    private static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var result = target is JsonObject present ? present.DeepClone().AsObject() : [];
        foreach (var (name, change) in changes)
        {
            if (change is null)
                result.Remove(name);
            else
                result[name] = Apply(result[name], change);
        }
        return result;
    }
}
