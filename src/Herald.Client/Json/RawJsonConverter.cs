using System.Text.Json;
using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>A text that is JSON itself. It is written as it is, so receivers get exactly these bytes.</summary>
internal sealed class RawJsonConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonElement.ParseValue(ref reader).GetRawText();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value);
}
