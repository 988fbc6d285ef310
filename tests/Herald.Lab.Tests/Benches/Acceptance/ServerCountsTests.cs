using Herald.Lab.Benches;
using Herald.Lab.Benches.Acceptance;
using Xunit;

namespace Herald.Lab.Tests.Benches.Acceptance;

public sealed class ServerCountsTests
{
    [Fact]
    public void They_are_read_from_the_metrics() => Assert.Equal(new ServerCounts(1_250_000, 3, 2, 1), ServerCounts.Parse("""
        # TYPE herald_http_publish_events_total counter
        herald_http_publish_events_total{status="accepted"} 1250000
        herald_http_publish_events_total{status="duplicate"} 3
        herald_http_publish_events_total{status="conflict"} 2
        herald_http_publish_events_total{status="refused"} 1
        """));

    [Fact]
    public void A_server_that_does_not_tell_them_cannot_be_judged() => Assert.Throws<BenchException>(() => ServerCounts.Parse("# nothing"));
}
