using System.Buffers;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Recipients;

/// <summary>What a recipient has said: addresses of a person, quiet hours, and which destinations may be used for what.</summary>
internal sealed record RecipientRecord
{
    /// <summary>The addresses of a person, by the canonical names of destinations. An address has none.</summary>
    public TextMap Addresses { get; init; } = TextMap.Empty;

    public string? Zone { get; init; }

    public string? Locale { get; init; }

    /// <summary>They have the zone of the record.</summary>
    public QuietHours? Quiet { get; init; }

    /// <summary>By category, the canonical names of the wished destinations, with a space between. Empty for none.</summary>
    public TextMap WishesByCategory { get; init; } = TextMap.Empty;

    public string? AddressOf(Destination destination) => Addresses.Find(PostNames.CanonicalOf(destination));

    /// <summary>
    /// False when the recipient does not want notifications of a category by a destination. What is not mentioned is wished.
    /// </summary>
    public bool Wishes(string? category, Destination destination) =>
        category is null || WishesByCategory.Find(category) is not { } wished
        || wished.Split(' ').Contains(PostNames.CanonicalOf(destination), StringComparer.Ordinal);

    /// <summary>Writes the record as <see cref="RecipientRecordReader"/> reads it, with one form for one content.</summary>
    public void Write(ArrayBufferWriter<byte> into)
    {
        var json = new CanonicalJson(into);
        var comma = false;
        if (Addresses.Count > 0)
        {
            Name(json, "addresses", ref comma);
            WriteMap(json, Addresses, static (json, value) => json.WriteText(value));
        }
        WriteText(json, "zone", Zone, ref comma);
        WriteText(json, "locale", Locale, ref comma);
        if (Quiet is { } quiet)
        {
            Name(json, "quiet", ref comma);
            var hours = TextMap.Of([new("from", quiet.FormatFrom()), new("to", quiet.FormatTo())]);
            WriteMap(json, hours, static (json, value) => json.WriteText(value));
        }
        if (WishesByCategory.Count > 0)
        {
            Name(json, "wishes", ref comma);
            WriteMap(json, WishesByCategory, static (json, value) => WriteNames(json, value));
        }
        json.Write(comma ? "}"u8 : "{}"u8);
    }

    private static void WriteText(CanonicalJson json, string name, string? value, ref bool comma)
    {
        if (value is null)
            return;
        Name(json, name, ref comma);
        json.WriteText(value);
    }

    private static void Name(CanonicalJson json, string name, ref bool comma)
    {
        json.Write(comma ? ","u8 : "{"u8);
        json.WriteText(name);
        json.Write(":"u8);
        comma = true;
    }

    private static void WriteMap(CanonicalJson json, TextMap map, Action<CanonicalJson, string> write)
    {
        var comma = false;
        foreach (var (name, value) in map)
        {
            Name(json, name, ref comma);
            write(json, value);
        }
        json.Write("}"u8);
    }

    private static void WriteNames(CanonicalJson json, string names)
    {
        json.Write("["u8);
        var comma = false;
        foreach (var name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            json.Write(comma ? ","u8 : ""u8);
            json.WriteText(name);
            comma = true;
        }
        json.Write("]"u8);
    }
}
