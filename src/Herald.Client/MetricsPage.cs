using System.Globalization;

namespace Herald.Client;

/// <summary>What a server tells of itself at one moment, in the text format of Prometheus.</summary>
public sealed class MetricsPage(string text)
{
    private readonly string[] _lines = text.Split('\n');

    public static async Task<MetricsPage> ReadAsync(HeraldClient client, CancellationToken cancel) => new((await client.GetAsync("/metrics", cancel)).Text);

    /// <param name="series">A name, with its labels as the server writes them, or without any.</param>
    /// <returns>Null when it is not told: what has not been counted yet is not.</returns>
    public double? Find(string series) =>
        _lines.FirstOrDefault(line => line.StartsWith(series, StringComparison.Ordinal) && line.Length > series.Length && line[series.Length] == ' ') is { } line
        && double.TryParse(line.AsSpan(series.Length + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
