using Herald.Hosting.Metrics;
using Herald.Postgres.Hosting;
using Xunit;

namespace Herald.Postgres.Tests.Hosting;

public sealed class PostgresMetricsTests
{
    private static readonly PostgresStatistics Nothing = new(0, 0, 0, 0, 0, 1, 1, false);

    [Fact]
    public void Locked_shards_are_told_by_the_process_that_keeps_them_locked()
    {
        var text = new PrometheusText();
        PostgresMetrics.Write(text, Nothing with { Locked = new Dictionary<int, int> { [4711] = 3, [0] = 1 } });
        Assert.Contains("# TYPE herald_postgres_locked_shards gauge\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("herald_postgres_locked_shards{pid=\"4711\"} 3\nherald_postgres_locked_shards{pid=\"0\"} 1\n", text.ToString(), StringComparison.Ordinal);

        text = new PrometheusText();
        PostgresMetrics.Write(text, Nothing);
        Assert.DoesNotContain("herald_postgres_locked_shards{", text.ToString(), StringComparison.Ordinal);
    }
}
