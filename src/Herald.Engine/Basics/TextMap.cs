using System.Collections;

namespace Herald.Engine.Basics;

/// <summary>A small immutable map of text to text, in the order of its names. Maps with the same content are equal.</summary>
public sealed class TextMap : IEnumerable<KeyValuePair<string, string>>, IEquatable<TextMap>
{
    public static readonly TextMap Empty = new([]);

    private readonly KeyValuePair<string, string>[] _pairs;

    private TextMap(KeyValuePair<string, string>[] pairs) => _pairs = pairs;

    public int Count => _pairs.Length;

    /// <summary>Null is an empty map, and a name whose value is null is left out.</summary>
    public static TextMap Of(IEnumerable<KeyValuePair<string, string>>? pairs)
    {
        var all = (pairs ?? []).Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToArray();
        return all.Length == 0 ? Empty : new(all);
    }

    public string? Find(string name)
    {
        foreach (var (own, value) in _pairs)
        {
            if (own == name)
                return value;
        }
        return null;
    }

    public bool Includes(TextMap other) => other._pairs.All(pair => Find(pair.Key) == pair.Value);

    public TextMap With(string name, string value) => Of(_pairs.Where(pair => pair.Key != name).Append(new(name, value)));

    public TextMap Without(string name) => Find(name) is null ? this : Of(_pairs.Where(pair => pair.Key != name));

    public bool Equals(TextMap? other) => other is not null && _pairs.AsSpan().SequenceEqual(other._pairs);

    public override bool Equals(object? obj) => Equals(obj as TextMap);

    public override int GetHashCode() => _pairs.Length == 0 ? 0 : HashCode.Combine(_pairs.Length, _pairs[0]);

    public override string ToString() => string.Join(", ", _pairs.Select(pair => $"{pair.Key}={pair.Value}"));

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _pairs.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pairs.GetEnumerator();
}
