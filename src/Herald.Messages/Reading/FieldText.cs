using System.Text.Json;
using Herald.Engine.Basics;

namespace Herald.Messages.Reading;

/// <summary>Texts of JSON tokens.</summary>
public static class FieldText
{
    /// <summary>The string or name at which the reader is; null when it is not valid Unicode.</summary>
    public static string? Find(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The token for a message about it, shortened.</summary>
    public static string Of(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.StartObject => "{…}",
        JsonTokenType.StartArray => "[…]",
        JsonTokenType.None => "",
        _ => Printable.Of(json.ValueSpan),
    };
}
