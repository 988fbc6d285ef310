using System.Text.Json;
using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>A sequence is a JSON number, every other start point a text.</summary>
internal sealed class StartPointConverter : JsonConverter<StartPoint>
{
    public override StartPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? StartPoint.Sequence(reader.GetInt64()) : StartPoint.Parse(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, StartPoint value, JsonSerializerOptions options) => value.ToJson().WriteTo(writer);
}
