using System.Text;
using System.Text.Json;

namespace Herald.Posts.Answers;

/// <summary>
/// The texts at places of an answer. An answer that breaks off, or that was cut because it is long, is read as far as it goes: providers
/// write whether they took a post before they repeat it. What is not JSON has no places.
/// </summary>
internal sealed class AnswerValues
{
    private const int MostValues = 100;
    private readonly Dictionary<string, List<string>> _byPlace = new(StringComparer.Ordinal);

    /// <param name="places">The places that are of interest.</param>
    public AnswerValues(string body, IReadOnlyList<string> places)
    {
        if (places.Contains(AnswerRule.WholeBody, StringComparer.Ordinal))
            _byPlace[AnswerRule.WholeBody] = [body.Trim()];
        var inJson = places.Where(place => place.Length > 0).Select(place => (Place: place, Steps: place.Split('.'))).ToList();
        if (inJson.Count > 0)
            ReadJson(Encoding.UTF8.GetBytes(body), inJson);
    }

    public IReadOnlyList<string> At(string place) => _byPlace.TryGetValue(place, out var values) ? values : [];

    private void ReadJson(byte[] body, List<(string Place, string[] Steps)> places)
    {
        var reader = new Utf8JsonReader(body, isFinalBlock: false, default);
        var path = new List<string>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        path[^1] = reader.GetString()!;
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        // The items of a list have the step *; the fields of an object replace it by their names.
                        path.Add("*");
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        path.RemoveAt(path.Count - 1);
                        break;
                    case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                        var value = reader.TokenType == JsonTokenType.String
                            ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
                        foreach (var (place, _) in places.Where(one => one.Steps.SequenceEqual(path, StringComparer.Ordinal)))
                            Add(place, value);
                        break;
                    case JsonTokenType.Null or JsonTokenType.Comment or JsonTokenType.None:
                    default:
                        break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It is not JSON, from here on. A string can have half of a UTF-16 pair.
        }
    }

    private void Add(string place, string value)
    {
        if (!_byPlace.TryGetValue(place, out var values))
            _byPlace[place] = values = [];
        if (values.Count < MostValues)
            values.Add(value);
    }
}
