using System.Globalization;
using System.Text;

namespace Herald.Judging.Traces;

/// <summary>
/// One line of a trace: time, actor, verb, and named values, separated by tabs. In a value, a tab, an end of line and a backslash are
/// written <c>\t</c>, <c>\n</c> and <c>\\</c>. README.md lists the verbs and names.
/// </summary>
public sealed class Fact(long atMs, string who, string verb, params (string Name, string? Value)[] values)
{
    public long AtMs => atMs;
    public string Who => who;
    public string Verb => verb;

    /// <summary>Null when the fact has no such value.</summary>
    public string? Find(string name)
    {
        foreach (var (given, value) in values)
        {
            if (given == name)
                return value;
        }
        return null;
    }

    public string Text(string name) => Find(name) ?? throw new FormatException($"The fact '{verb}' at {atMs} says no {name}.");

    public long Number(string name) => long.Parse(Text(name), CultureInfo.InvariantCulture);

    public long Number(string name, long otherwise) => Find(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>The values whose names begin with a prefix; the returned names lack the prefix.</summary>
    public IEnumerable<(string Name, string Value)> Beginning(string with)
    {
        foreach (var (name, value) in values)
        {
            if (value is not null && name.StartsWith(with, StringComparison.Ordinal))
                yield return (name[with.Length..], value);
        }
    }

    public static Fact Parse(string line)
    {
        var parts = line.Split('\t');
        if (parts.Length < 3 || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at))
            throw new FormatException($"A line of a trace begins with milliseconds, who and what: {line}");
        var values = new (string, string?)[parts.Length - 3];
        for (var i = 0; i < values.Length; i++)
        {
            var (part, equals) = (parts[i + 3], parts[i + 3].IndexOf('=', StringComparison.Ordinal));
            if (equals < 1)
                throw new FormatException($"A value has a name: {part}");
            values[i] = (part[..equals], Unescape(part[(equals + 1)..]));
        }
        return new Fact(at, Unescape(parts[1]), parts[2], values);
    }

    public override string ToString()
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{atMs}\t{Escape(who)}\t{verb}");
        foreach (var (name, value) in values)
        {
            if (value is not null)
                line.Append('\t').Append(name).Append('=').Append(Escape(value));
        }
        return line.ToString();
    }

    private static string Escape(string value) => value.AsSpan().ContainsAny('\t', '\n', '\\')
        ? value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n",
            StringComparison.Ordinal)
        : value;

    private static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
            return value;
        var plain = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
                plain.Append(value[i]);
            else
                plain.Append(value[++i] switch { 't' => '\t', 'n' => '\n', var other => other });
        }
        return plain.ToString();
    }
}
