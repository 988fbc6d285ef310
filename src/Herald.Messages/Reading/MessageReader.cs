using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Engine.Channels;

namespace Herald.Messages.Reading;

/// <summary>
/// Reads a message from the payload of an event: a JSON object with the fields of <see cref="Message"/>, its short form
/// <c>{"uuid", "txt", "destination"}</c>, or a JSON string, which is the text.
/// </summary>
/// <remarks>
/// A payload that is no message never becomes one. So a problem is a permanent failure, and names the field, its value and what is allowed.
/// Fields with other names are left to others: applications add fields of their own.
/// </remarks>
public static class MessageReader
{
    /// <summary>A bound for the whole payload, so that a message never costs more memory than a few megabytes.</summary>
    public const int MostPayloadBytes = 4 << 20;

    private const string Form = "Write a JSON object such as {\"to\": \"ann@example.com\", \"text\": \"Hello\"}, or a JSON string.";

    /// <summary>The message of an event, or the result of an attempt that cannot be made.</summary>
    public static MessageReading Read(in Attempt attempt) => Read(attempt.Event.Payload.Span, attempt.MessageId);

    /// <param name="id">The id of a message that has no <c>uuid</c>.</param>
    public static MessageReading Read(ReadOnlySpan<byte> payload, string id)
    {
        if (payload.Length > MostPayloadBytes)
            return Problem("", $"{payload.Length:N0} bytes", $"A message has at most {MostPayloadBytes:N0} bytes.");
        var json = new Utf8JsonReader(payload);
        var fields = new MessageFields(id);
        try
        {
            json.Read();
            switch (json.TokenType)
            {
                case JsonTokenType.String:
                    fields.ReadText(ref json, "");
                    break;
                case JsonTokenType.StartObject:
                    while (json.Read() && json.TokenType == JsonTokenType.PropertyName && fields.Problem is null)
                        fields.Read(ref json);
                    break;
                default:
                    return Problem("", FieldText.Of(ref json), $"The payload is no message. {Form}");
            }
            // This fails when something follows the value.
            if (fields.Problem is null)
                json.Read();
        }
        catch (JsonException failure)
        {
            return Problem("", Printable.Of(payload), $"The payload is not JSON ({Cause(failure)}). {Form}");
        }
        return fields.Problem is { } problem ? new(problem) : fields.ToMessage();
    }

    private static MessageReading Problem(string pointer, string value, string rule) => new(FieldProblem.Of(pointer, value, rule));

    private static string Cause(JsonException failure) => ProviderText.OneLine(failure.Message.Split(" LineNumber")[0].TrimEnd('.'), 120);
}
