using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Messages.Templates;

namespace Herald.Posts.Requests;

/// <summary>
/// A JSON body. The definition has the body as JSON, and its strings are templates. A JSON writer writes the values, so none can end its
/// string. A part whose places are all empty, because the message does not have these fields, is left out.
/// </summary>
internal abstract record JsonBody
{
    /// <summary>A string that is replaced by an object with all values of the message's <c>data</c>.</summary>
    private const string AllData = "{{data}}";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Fields(IReadOnlyList<KeyValuePair<string, JsonBody>> All) : JsonBody;

    private sealed record Items(IReadOnlyList<JsonBody> All) : JsonBody;

    private sealed record Text(PostText Template) : JsonBody;

    private sealed record AllValues : JsonBody;

    private sealed record Literal(JsonElement Value) : JsonBody;

    public static JsonBody Parse(
        JsonElement element, IReadOnlyDictionary<string, string> values, string pointer, List<FieldProblem> problems)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new List<KeyValuePair<string, JsonBody>>();
                foreach (var field in element.EnumerateObject())
                    fields.Add(new(field.Name, Parse(field.Value, values, $"{pointer}/{field.Name}", problems)));
                return new Fields(fields);
            case JsonValueKind.Array:
                return new Items([.. element.EnumerateArray().Select((item, i) => Parse(item, values, $"{pointer}/{i}", problems))]);
            case JsonValueKind.String when element.ValueEquals(AllData):
                return new AllValues();
            case JsonValueKind.String:
                return PostText.Parse(element.GetString()!, TemplateEncoding.Plain, values, pointer, problems) is { } text
                    ? new Text(text) : new Literal(element);
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                return new Literal(element);
            case JsonValueKind.Undefined:
            default:
                throw new System.Diagnostics.UnreachableException($"{element.ValueKind}");
        }
    }

    public ReadOnlyMemory<byte> Render(Message message)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(bytes, Options))
            Write(writer, message);
        return bytes.WrittenMemory;
    }

    /// <summary>The strings in which the text of the message stands.</summary>
    public IEnumerable<string> TextsOf(Message message) => this switch
    {
        Text { Template.HasText: true } text => new[] { text.Template.Render(message) }.OfType<string>(),
        Fields fields => fields.All.SelectMany(field => field.Value.TextsOf(message)),
        Items items => items.All.SelectMany(item => item.TextsOf(message)),
        Text or AllValues or Literal => [],
        _ => throw new System.Diagnostics.UnreachableException($"{this}"),
    };

    private Filling FillingOf(Message message) => this switch
    {
        Text text => !text.Template.HasPlaces ? Filling.Fixed : text.Template.IsUnfilled(message) ? Filling.Empty : Filling.Filled,
        AllValues => message.Data.Count == 0 ? Filling.Empty : Filling.Filled,
        Fields fields => Of(fields.All.Select(item => item.Value), message),
        Items items => Of(items.All, message),
        Literal => Filling.Fixed,
        _ => throw new System.Diagnostics.UnreachableException($"{this}"),
    };

    private static Filling Of(IEnumerable<JsonBody> parts, Message message)
    {
        var filling = Filling.Fixed;
        foreach (var part in parts)
        {
            switch (part.FillingOf(message))
            {
                case Filling.Filled:
                    return Filling.Filled;
                case Filling.Empty:
                    filling = Filling.Empty;
                    break;
                case Filling.Fixed:
                    break;
            }
        }
        return filling;
    }

    private void Write(Utf8JsonWriter writer, Message message)
    {
        switch (this)
        {
            case Fields fields:
                writer.WriteStartObject();
                foreach (var (name, value) in fields.All)
                {
                    if (value.FillingOf(message) == Filling.Empty)
                        continue;
                    writer.WritePropertyName(name);
                    value.Write(writer, message);
                }
                writer.WriteEndObject();
                break;
            case Items items:
                writer.WriteStartArray();
                foreach (var item in items.All.Where(item => item.FillingOf(message) != Filling.Empty))
                    item.Write(writer, message);
                writer.WriteEndArray();
                break;
            case Text text:
                writer.WriteStringValue(text.Template.Render(message));
                break;
            case AllValues:
                writer.WriteStartObject();
                foreach (var (name, value) in message.Data)
                    writer.WriteString(name, value);
                writer.WriteEndObject();
                break;
            case Literal literal:
                literal.Value.WriteTo(writer);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{this}");
        }
    }

    private enum Filling
    {
        /// <summary>It has no places.</summary>
        Fixed,

        /// <summary>All of its places are empty.</summary>
        Empty,
        Filled,
    }
}
