using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Messages.Reading;

namespace Herald.Notifications.Posts;

/// <summary>Reads posts from JSON. It finds everything that is wrong, and says it with field, value and rule.</summary>
/// <param name="isKafka">
/// Messages of Kafka can also write a destination as a number, and have a time of receipt. Other programs write them too, so both are read
/// there only.
/// </param>
/// <remarks>It is thread-safe. Field names are in the letter case of the documentation; uuids and destinations are in any.</remarks>
internal sealed class PostReader(PostRules rules, bool isKafka = false)
{
    private const string Form =
        "Write a JSON object such as {\"uuid\": \"6fa459ea-ee8a-3ca4-894e-db77e160355e\", \"txt\": \"Hello\", \"destination\": \"EMAIL\"}.";

    private const int LongestCause = 120;

    private static readonly (byte[] Utf8, string Name, PostField Field)[] Names =
    [
        .. new (string Name, PostField Field)[]
        {
            ("uuid", PostField.Uuid), ("txt", PostField.Text), ("destination", PostField.Destination), ("to", PostField.To),
            ("text", PostField.Text), ("subject", PostField.Subject), ("html", PostField.Html), ("data", PostField.Data),
            ("template", PostField.Template), ("params", PostField.Params), ("notBefore", PostField.NotBefore),
            ("expires", PostField.Expires), ("priority", PostField.Priority), ("category", PostField.Category),
            ("unsubscribe", PostField.Unsubscribe), ("server_received_timestamp", PostField.ReceivedAt),
        }.Select(field => (System.Text.Encoding.UTF8.GetBytes(field.Name), field.Name, field.Field)),
    ];

    /// <summary>For messages about unknown fields; the last name is known in messages of Kafka only.</summary>
    private readonly IReadOnlyList<string> _known = [.. Names.Select(name => name.Name).Take(isKafka ? Names.Length : Names.Length - 1)];

    /// <param name="json">One object in UTF-8.</param>
    /// <param name="nowMs">The time in Unix milliseconds, which <c>notBefore</c> and <c>expires</c> are compared with.</param>
    /// <param name="mostProblems">How many problems are kept with their values.</param>
    public PostReading Read(ReadOnlySpan<byte> json, long nowMs, int mostProblems = Problem.MostErrors)
    {
        var fields = new PostFields(rules, isKafka, mostProblems);
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                fields.Refuse("", FieldText.Of(ref reader), $"A notification is a JSON object. {Form}");
                // The rest must be JSON too, so that the two problems are told apart.
                reader.Skip();
                reader.Read();
                return new() { Problems = fields.Problems };
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                ReadField(fields, ref reader);
            // This fails when something follows the object.
            reader.Read();
        }
        catch (JsonException failure)
        {
            return NotJson(json, failure);
        }
        return new PostCheck(rules, fields, nowMs).ToReading();
    }

    private void ReadField(PostFields fields, ref Utf8JsonReader json)
    {
        if (Find(ref json) is not { } known)
        {
            var name = FieldText.Find(ref json);
            json.Read();
            RefuseUnknown(fields, name, FieldText.Of(ref json));
            json.Skip();
            return;
        }
        json.Read();
        fields.Read(ref json, known.Field, known.Name);
    }

    private (string Name, PostField Field)? Find(ref Utf8JsonReader json)
    {
        for (var i = 0; i < _known.Count; i++)
        {
            if (json.ValueTextEquals(Names[i].Utf8))
                return (Names[i].Name, Names[i].Field);
        }
        return null;
    }

    private void RefuseUnknown(PostFields fields, string? name, string value)
    {
        if (name is null)
        {
            fields.Refuse("", value, "The name of a field is not valid Unicode. Write it anew, or remove the field.");
            return;
        }
        var near = Nearest.Of(name, _known);
        fields.Refuse(
            ShapeCheck.Step("", ProviderText.OneLine(name)), value,
            $"There is no such field. {(near is null ? $"Remove it. Known: {string.Join(", ", _known)}." : $"Did you mean {near}?")}");
    }

    private static PostReading NotJson(ReadOnlySpan<byte> json, JsonException failure)
    {
        var cause = ProviderText.OneLine(failure.Message.Split(" LineNumber")[0].TrimEnd('.'), LongestCause);
        var reading = new PostReading { IsJson = false };
        reading.Problems.Add(FieldProblem.Of(
            "", Printable.Of(json),
            $"Not valid JSON at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1} ({cause}). {Form}"));
        return reading;
    }
}
