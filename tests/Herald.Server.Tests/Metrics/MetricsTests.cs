using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Herald.Hosting.Metrics;
using Herald.Server.Metrics;
using Herald.Server.Tests.Http;
using Xunit;

namespace Herald.Server.Tests.Metrics;

public sealed partial class MetricsTests(RunningServer server, ITestOutputHelper output)
{
    [GeneratedRegex("""^([a-z_][a-z0-9_]*)(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? (-?[0-9.eE+-]+|\+Inf|NaN)$""")]
    private static partial Regex Sample();

    [Fact]
    public async Task Every_line_can_be_read_and_every_metric_has_its_type()
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, """{"payload":1}""")).Is(202);
        var answer = (await server.GetAsync("/metrics")).Is(200);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Headers["Content-Type"]);
        var types = new HashSet<string>();
        foreach (var line in answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                Assert.True(types.Add(line.Split(' ')[2]), $"twice: {line}");
            else if (!line.StartsWith("# HELP ", StringComparison.Ordinal))
                Assert.True(Sample().IsMatch(line), line);
        }
        Assert.Contains("herald_http_publish_events_total", types);
        Assert.Contains("herald_journal_bytes", types);
        Assert.Contains("process_cpu_seconds_total", types);
        Assert.Contains("herald_attempts_in_flight", types);
    }

    [Fact]
    public void Counters_gauges_and_histograms_are_written_with_their_labels()
    {
        using var collector = new MetricsCollector(10);
        using var meter = new Meter("Herald.Test");
        var counter = meter.CreateCounter<long>("test_things", description: "Things.");
        counter.Add(2, new KeyValuePair<string, object?>("kind", "a\"b\\c\nd"));
        counter.Add(3, new KeyValuePair<string, object?>("kind", "a\"b\\c\nd"));
        var histogram = meter.CreateHistogram("test_wait", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        histogram.Record(0.05);
        histogram.Record(0.5);
        histogram.Record(5);
        meter.CreateObservableGauge("test_level", () => 7);
        var text = new PrometheusText();
        collector.Write(text);
        var written = text.ToString();
        Assert.Contains("# HELP herald_test_things_total Things.\n# TYPE herald_test_things_total counter\nherald_test_things_total{kind=\"a\\\"b\\\\c\\nd\"} 5\n", written, StringComparison.Ordinal);
        Assert.Contains(
            "herald_test_wait_seconds_bucket{le=\"0.1\"} 1\nherald_test_wait_seconds_bucket{le=\"1\"} 2\nherald_test_wait_seconds_bucket{le=\"+Inf\"} 3\nherald_test_wait_seconds_sum 5.55\nherald_test_wait_seconds_count 3\n",
            written, StringComparison.Ordinal);
        Assert.Contains("herald_test_level 7\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gauge_that_fails_costs_itself()
    {
        using var collector = new MetricsCollector(10);
        using var meter = new Meter("Herald.Test");
        meter.CreateObservableGauge("test_failing", int () => throw new InvalidOperationException());
        meter.CreateObservableGauge("test_sound", () => 7);
        var text = new PrometheusText();
        collector.Write(text);
        Assert.Contains("herald_test_sound 7\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("herald_metrics_failed_total 1\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_that_stops_while_its_gauges_are_read_fails_nothing()
    {
        using var collector = new MetricsCollector(10);
        using var stop = new CancellationTokenSource();
        var coming = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var meter = new Meter("Herald.Test");
                for (var i = 0; i < 20; i++)
                    meter.CreateObservableGauge($"test_brief_{i}", () => 1);
            }
        });
        coming.Start();
        var last = "";
        for (var page = 0; page < 2000; page++)
        {
            var text = new PrometheusText();
            collector.Write(text);
            last = text.ToString();
        }
        stop.Cancel();
        coming.Join();
        Assert.Contains("herald_metrics_failed_total 0\n", last, StringComparison.Ordinal);
    }

    [Fact]
    public void What_two_meters_measure_by_one_name_adds_up()
    {
        using var collector = new MetricsCollector(10);
        using var used = new Meter("Herald.Twice");
        using var unused = new Meter("Herald.Twice");
        var counter = used.CreateCounter<long>("twice_things");
        var same = unused.CreateCounter<long>("twice_things");
        counter.Add(2);
        var text = new PrometheusText();
        collector.Write(text);
        Assert.Contains("herald_twice_things_total 2\n", text.ToString(), StringComparison.Ordinal);
        same.Add(3);
        text = new PrometheusText();
        collector.Write(text);
        Assert.Contains("herald_twice_things_total 5\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Label_combinations_are_bounded()
    {
        using var collector = new MetricsCollector(10);
        using var meter = new Meter("Herald.Bounded");
        var counter = meter.CreateCounter<long>("bounded_things");
        for (var i = 0; i < 100; i++)
            counter.Add(1, new KeyValuePair<string, object?>("n", i));
        var text = new PrometheusText();
        collector.Write(text);
        Assert.Equal(10, text.ToString().Split('\n').Count(l => l.StartsWith("herald_bounded_things_total{", StringComparison.Ordinal)));
        Assert.DoesNotContain("herald_metrics_dropped_total 0\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_that_is_no_longer_reported_disappears_and_can_come_back()
    {
        using var collector = new MetricsCollector(10);
        using var meter = new Meter("Herald.Leaving");
        string[] reported = ["b", "a"];
        meter.CreateObservableGauge("leaving_level", () => reported.Select(name => new Measurement<int>(name.Length, new KeyValuePair<string, object?>("name", name))));
        Assert.Equal(["herald_leaving_level{name=\"a\"} 1", "herald_leaving_level{name=\"b\"} 1"], LinesOf(collector, "herald_leaving_level{"));
        reported = ["a"];
        Assert.Equal(["herald_leaving_level{name=\"a\"} 1"], LinesOf(collector, "herald_leaving_level{"));
        reported = [];
        Assert.Empty(LinesOf(collector, "herald_leaving_level"));
        reported = ["c", "b"];
        Assert.Equal(["herald_leaving_level{name=\"b\"} 1", "herald_leaving_level{name=\"c\"} 1"], LinesOf(collector, "herald_leaving_level{"));
    }

    [Fact]
    public void Series_that_disappear_leave_room_for_others()
    {
        using var collector = new MetricsCollector(2);
        using var meter = new Meter("Herald.Room");
        var first = 0;
        meter.CreateObservableGauge("room_level", () => Enumerable.Range(first, 2).Select(n => new Measurement<int>(n, new KeyValuePair<string, object?>("n", n))));
        for (; first < 20; first += 2)
            Assert.Equal(2, LinesOf(collector, "herald_room_level{").Length);
        Assert.Equal(["herald_metrics_dropped_total 0"], LinesOf(collector, "herald_metrics_dropped_total"));
    }

    [Fact]
    public void Long_labels_and_odd_names_are_written_whole()
    {
        using var collector = new MetricsCollector(10);
        using var meter = new Meter("Herald.Odd");
        var counter = meter.CreateCounter<long>("odd_things");
        var value = new string('x', 1000) + "\"" + new string('ü', 1000);
        counter.Add(1, new KeyValuePair<string, object?>("first-name", value), new("other", 1.5), new("none", null));
        Assert.Equal(
            [$"herald_odd_things_total{{first_name=\"{value.Replace("\"", "\\\"", StringComparison.Ordinal)}\",other=\"1.5\",none=\"\"}} 1"],
            LinesOf(collector, "herald_odd_things_total{"));
    }

    /// <summary>The time of a page of 100,000 series is in the output of the test. A bound on it would fail on a busy machine.</summary>
    [Fact]
    public void A_page_of_100_000_series_allocates_next_to_nothing()
    {
        const int Many = 100_000, Pages = 10, MostBytes = 1 << 20;
        using var collector = new MetricsCollector(Many);
        using var meter = new Meter("Herald.Many");
        var measured = Enumerable.Range(0, Many).Select(i => new Measurement<long>(
            i, new KeyValuePair<string, object?>("subscription", $"subscription-{i}"), new("state", i % 2 == 0 ? "waiting" : "blocked"))).ToArray();
        meter.CreateObservableGauge("many_deliveries", () => measured, description: "Deliveries.");
        Write();
        // What the runtime allocates meanwhile for its own ends does not count, so the least is judged.
        var (length, allocated, fastest) = (0L, long.MaxValue, TimeSpan.MaxValue);
        for (var page = 0; page < Pages; page++)
        {
            var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), TimeProvider.System.GetTimestamp());
            length = Write();
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            var took = TimeProvider.System.GetElapsedTime(began);
            fastest = took < fastest ? took : fastest;
        }
        output.WriteLine($"{length:N0} bytes of text: {fastest.TotalMilliseconds:N0} ms at best, {allocated:N0} bytes allocated");
        Assert.Equal(measured.Select(one => $"herald_many_deliveries{{subscription=\"subscription-{one.Value}\",state=\"{one.Tags[1].Value}\"}} {one.Value}").Order(StringComparer.Ordinal), LinesOf(collector, "herald_many_deliveries{"));
        Assert.InRange(allocated, 0, MostBytes);

        long Write()
        {
            using var text = new PrometheusText();
            collector.Write(text);
            return text.Length;
        }
    }

    private static string[] LinesOf(MetricsCollector collector, string start)
    {
        using var text = new PrometheusText();
        collector.Write(text);
        return [.. text.ToString().Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal))];
    }
}
