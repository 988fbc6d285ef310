using System.Net.Http.Headers;
using Herald.Engine.Events;

namespace Herald.Webhooks;

/// <summary>
/// The attributes of an event in one header, form-urlencoded: <c>country=NZ&amp;tier=gold</c>. Every language parses it with one call, and
/// no name of a publisher can be the name of a header.
/// </summary>
internal static class AttributesHeader
{
    public const string Name = "herald-attributes";
    public const string Omitted = "herald-attributes-omitted";

    /// <summary>Many receivers refuse header lines of more than 8 KiB, and a refusal would hold up the key.</summary>
    public const int Longest = 7000;

    /// <summary>An event without attributes gets no header. If the text is too long, a second header says its length instead.</summary>
    public static void Write(HttpRequestHeaders headers, EventView view)
    {
        if (view.AttributeCount == 0)
            return;
        var length = LengthOf(view);
        if (length > Longest)
            headers.TryAddWithoutValidation(Omitted, HeaderText.Number(length));
        else
            headers.TryAddWithoutValidation(Name, string.Create(length, view, static (into, view) => Write(view, into)));
    }

    private static int LengthOf(EventView view)
    {
        // One '=' in each pair, and one '&' between two pairs.
        var length = (2 * view.AttributeCount) - 1;
        foreach (var (name, value) in view)
            length += HeaderText.EncodedLength(name) + HeaderText.EncodedLength(value);
        return length;
    }

    private static void Write(EventView view, Span<char> into)
    {
        var at = 0;
        foreach (var (name, value) in view)
        {
            if (at > 0)
                into[at++] = '&';
            at += HeaderText.Write(name, into[at..]);
            into[at++] = '=';
            at += HeaderText.Write(value, into[at..]);
        }
    }
}
