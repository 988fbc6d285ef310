using System.Text.Json.Nodes;
using Herald.Lab.Benches.Reports;
using Xunit;

namespace Herald.Lab.Tests.Benches.Reports;

public sealed class ReportJsonTests
{
    [Fact]
    public void All_figures_are_in_it()
    {
        var expected = JsonNode.Parse("""
            {
              "name": "accept", "passed": true, "brief": false, "commit": "abc",
              "machine": {"cores": 2, "cpu": "A CPU", "memory_bytes": 8589934592, "kernel": "6.1", "dotnet": "10.0.1", "fsyncs_per_s": 1234},
              "limit_per_s": 100000, "herald_per_s": 50000, "ratio": 0.5,
              "rows": [{
                "name": "events/s", "unit": "events/s", "limit_per_s": 100000, "herald_per_s": 50000, "ratio": 0.5,
                "targets": [{"target": "ratio ≥ 0.60", "reached": false}, {"target": "≥ 45,000", "reached": true}],
                "limit": {"name": "raw Kestrel", "rounds": [90000, 100000, 120000], "cpu_cores": {"raw-kestrel": 1.1, "wrk": 0.8}, "other_cpu_cores": 0.05, "cpu_us_each": 18.387},
                "herald": {"name": "herald", "rounds": [50000, 40000, 60000], "cpu_cores": {}, "other_cpu_cores": 0}
              }],
              "notes": ["Generator: wrk."], "failures": []
            }
            """);
        Assert.True(JsonNode.DeepEquals(expected, ReportJson.Of(SampleReport.Of())), ReportJson.Of(SampleReport.Of()).ToJsonString());
    }

    [Fact]
    public void A_brief_run_reaches_and_misses_nothing()
    {
        var json = ReportJson.Of(SampleReport.Of(brief: true));
        Assert.True((bool)json["brief"]!);
        Assert.All(json["rows"]![0]!["targets"]!.AsArray(), target => Assert.Null(target!["reached"]));
    }

    [Fact]
    public void What_failed_is_said()
    {
        var json = ReportJson.Of(SampleReport.Of(false, "3 were lost."));
        Assert.False((bool)json["passed"]!);
        Assert.Equal("3 were lost.", (string?)json["failures"]![0]);
    }

    [Fact]
    public void A_figure_per_event_is_null_without_events()
    {
        var row = SampleReport.Of().Rows[0];
        var without = SampleReport.Of() with { Rows = [row with { Herald = row.Limit! with { Series = new([0]) } }] };
        var json = JsonNode.Parse(ReportJson.Write([without]));
        var herald = json!["rows"]![0]!["herald"]!.AsObject();
        Assert.True(herald.ContainsKey("cpu_us_each"));
        Assert.Null(herald["cpu_us_each"]);
    }

    [Fact]
    public void Without_a_limit_there_is_no_ratio()
    {
        var json = ReportJson.Of(SampleReport.Alone);
        Assert.Equal(7, (double)json["herald_per_s"]!);
        Assert.False(json.ContainsKey("limit_per_s") || json.ContainsKey("ratio"));
    }

    [Fact]
    public void One_report_is_itself_and_several_are_an_array()
    {
        Assert.IsType<JsonObject>(JsonNode.Parse(ReportJson.Write([SampleReport.Of()])));
        Assert.Equal(2, Assert.IsType<JsonArray>(JsonNode.Parse(ReportJson.Write([SampleReport.Of(), SampleReport.Alone]))).Count);
    }
}
