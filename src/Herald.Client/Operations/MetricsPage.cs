using System.Globalization;

namespace Herald.Client;

/// <summary>The metrics of a server at one moment, in the text format of Prometheus.</summary>
public sealed class MetricsPage(string text)
{
    private readonly string[] _lines = text.Split('\n');

    /// <param name="series">A name, with the labels as the server writes them, or without labels.</param>
    /// <returns>Null when the page lacks the series, which is so before its first count.</returns>
    public double? Find(string series)
    {
        var found = _lines.FirstOrDefault(
            line => line.StartsWith(series, StringComparison.Ordinal) && line.Length > series.Length && line[series.Length] == ' ');
        if (found is null)
            return null;
        var figure = found.AsSpan(series.Length + 1);
        return double.TryParse(figure, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
