using System.Text.Json;
using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>Durations as Herald writes them, such as <c>1h30m</c>. <c>none</c> is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
internal sealed class DurationConverter : JsonConverter<TimeSpan>
{
    private const string NoBound = "none";

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (text == NoBound)
            return Timeout.InfiniteTimeSpan;
        return Durations.TryParse(text, out var duration) ? duration : throw new JsonException($"'{text}' is not a duration.");
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value == Timeout.InfiniteTimeSpan ? NoBound : Durations.Format(value));
}
