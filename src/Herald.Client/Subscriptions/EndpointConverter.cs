using System.Text.Json;
using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>An endpoint without settings is a text, every other one an object.</summary>
internal sealed class EndpointConverter : JsonConverter<Endpoint>
{
    public override Endpoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new(reader.GetString()!);
        var whole = JsonSerializer.Deserialize(ref reader, ClientJson.Default.EndpointBody)
            ?? throw new JsonException("The endpoint is null.");
        return new(whole.Address) { Settings = whole.Settings };
    }

    public override void Write(Utf8JsonWriter writer, Endpoint value, JsonSerializerOptions options)
    {
        if (value.Settings is not { Count: > 0 })
            writer.WriteStringValue(value.Address);
        else
            JsonSerializer.Serialize(
                writer, new EndpointBody { Address = value.Address, Settings = value.Settings }, ClientJson.Default.EndpointBody);
    }
}
