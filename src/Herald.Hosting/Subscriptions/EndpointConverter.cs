using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;

namespace Herald.Hosting.Subscriptions;

/// <summary>Reads a text or an object, and writes a text where an address says everything.</summary>
public sealed class EndpointConverter : JsonConverter<EndpointWire>, IShape
{
    public override EndpointWire Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new(reader.GetString()!);
        var whole = JsonSerializer.Deserialize(ref reader, ObjectOf(options))!;
        return new(whole.Address, whole.Settings);
    }

    public override void Write(Utf8JsonWriter writer, EndpointWire value, JsonSerializerOptions options)
    {
        if (value.Settings is not { Count: > 0 } settings)
            writer.WriteStringValue(value.Address);
        else
            JsonSerializer.Serialize(
                writer, new EndpointObject { Address = value.Address, Settings = new(settings, StringComparer.Ordinal) },
                ObjectOf(options));
    }

    public void Check(JsonElement json, JsonSerializerOptions options, string pointer, ProblemList found)
    {
        if (json.ValueKind == JsonValueKind.Object)
            ShapeCheck.Check(json, ObjectOf(options), pointer, found);
        else if (json.ValueKind != JsonValueKind.String)
            found.Add(pointer, json, "Must be a string, or an object with address and settings.");
    }

    private static JsonTypeInfo<EndpointObject> ObjectOf(JsonSerializerOptions options) =>
        (JsonTypeInfo<EndpointObject>)options.GetTypeInfo(typeof(EndpointObject));
}
