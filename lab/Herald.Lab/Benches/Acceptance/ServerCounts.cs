using Herald.Client;

namespace Herald.Lab.Benches.Acceptance;

/// <summary>The server's own counts of the events published to it.</summary>
internal sealed record ServerCounts(long Accepted, long Duplicates, long Conflicts, long Refused)
{
    private const string Metric = "herald_http_publish_events_total";

    public static async Task<ServerCounts> ReadAsync(HeraldClient client, CancellationToken cancel) =>
        Parse((await client.Operations.GetMetricsAsync(cancel)).Text);

    /// <summary>Reads the Prometheus text format.</summary>
    internal static ServerCounts Parse(string metrics)
    {
        var page = new MetricsPage(metrics);
        return new(Count("accepted"), Count("duplicate"), Count("conflict"), Count("refused"));

        long Count(string status)
        {
            var series = $"{Metric}{{status=\"{status}\"}}";
            return (long)(page.Find(series) ?? throw new BenchException($"The server's metrics do not contain {series}."));
        }
    }
}
