using System.Text;

namespace Herald.Client;

/// <summary>Paths and queries of requests.</summary>
internal static class Address
{
    public static string Escape(string segment) => Uri.EscapeDataString(segment);

    /// <summary>The path with a parameter for each label, to which the others can be added.</summary>
    public static string WithLabels(string path, IReadOnlyDictionary<string, string> labels) =>
        labels.Count == 0
            ? path
            : $"{path}?{string.Join('&', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(ParameterOf))}";

    private static string ParameterOf(KeyValuePair<string, string> label) => $"label={Uri.EscapeDataString($"{label.Key}={label.Value}")}";

    /// <summary>The path with those parameters whose value is not null.</summary>
    public static string WithQuery(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(path);
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in parameters)
        {
            if (value is null)
                continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return text.ToString();
    }
}
