using System.Text;

namespace Herald.Posts.Definitions;

/// <summary>What a provider counts when it limits a text.</summary>
public sealed class LengthUnit
{
    private readonly Func<string, int> _count;

    private LengthUnit(string name, string words, Func<string, int> count) => (Name, Words, _count) = (name, words, count);

    /// <summary>Characters of Unicode: an emoji counts once, although UTF-16 needs two units for it.</summary>
    public static readonly LengthUnit Characters = new(
        "characters", "characters", text => text.Length - text.Count(char.IsLowSurrogate));

    private static readonly LengthUnit[] All =
    [
        Characters, new("utf16", "characters of UTF-16", text => text.Length), new("bytes", "bytes of UTF-8", Encoding.UTF8.GetByteCount),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(unit => unit.Name)];

    public string Name { get; }

    /// <summary>Its name in a sentence.</summary>
    public string Words { get; }

    public static LengthUnit? Find(string name) => Array.Find(All, unit => unit.Name == name);

    public int Of(string text) => _count(text);
}
