using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Xunit;

namespace Herald.Lab.Tests.Benches.Reports;

public sealed class ReportTextTests
{
    [Fact]
    public void Limit_Herald_ratio_and_verdict_stand_side_by_side_with_the_spread_below()
    {
        var text = Print(SampleReport.Of());
        Assert.Contains("│          │     100,000 │    50,000 │  0.50 │ ratio ≥ 0.60: missed │", text, StringComparison.Ordinal);
        Assert.Contains("│          │   -10% +20% │ -20% +20% │       │ ≥ 45,000: reached    │", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_matters_the_machine_and_the_CPU_are_told()
    {
        var text = Print(SampleReport.Of());
        Assert.Contains("The ratio matters. Measured on 2 cores (A CPU), 8.0 GiB of memory, Linux 6.1, .NET 10.0.1, 1,234 fsyncs/s; commit abc.", text, StringComparison.Ordinal);
        Assert.Contains("CPU in cores, raw Kestrel: raw-kestrel 1.10, wrk 0.80; together 18.4 µs per event. All other processes on the machine used 0.05.", text, StringComparison.Ordinal);
        Assert.Contains("Generator: wrk.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_median_of_zero_the_spread_is_told_in_figures()
    {
        var report = SampleReport.Of() with { Rows = [new("at once", Unit.Repeats, null, new("herald", new Series([0, 0, 3]), CpuUse.Unmeasured), [])] };
        Assert.Contains("0 to 3", Print(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_names_of_sides_leave_room_for_the_name_of_the_row()
    {
        var row = new BenchRow(
            "deliveries/s, beside a native client", Unit.DeliveriesPerSecond, new("a native client", new Series([84_439]), CpuUse.Unmeasured),
            new("herald, page cache dropped", new Series([50_644]), CpuUse.Unmeasured), [new Target.RatioAtLeast(0.65)]);
        var text = Print(SampleReport.Of() with { Rows = [row] });
        Assert.Contains("│ deliveries/s, ", text, StringComparison.Ordinal);
        Assert.Contains("ratio ≥ 0.65: missed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_brief_run_gives_no_verdict()
    {
        var text = Print(SampleReport.Of(brief: true));
        Assert.DoesNotContain("missed", text, StringComparison.Ordinal);
        Assert.Contains("Brief:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_failed_is_said() => Assert.Contains("FAILED: 3 were lost.", Print(SampleReport.Of(false, "3 were lost.")), StringComparison.Ordinal);

    [Fact]
    public void The_summary_has_a_row_for_each_and_no_figures_of_what_failed()
    {
        var output = new StringWriter();
        ReportText.PrintSummary([SampleReport.Of(), SampleReport.Alone with { Name = "deliver" }, SampleReport.Of(false, "Lost.") with { Name = "fanout" }], output);
        var lines = output.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("100,000", StringComparison.Ordinal) && line.Contains("missed", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("│ deliver ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("│ fanout ", StringComparison.Ordinal) && line.Contains("FAILED", StringComparison.Ordinal));
    }

    private static string Print(BenchReport report)
    {
        var output = new StringWriter();
        ReportText.Print(report, output);
        return output.ToString();
    }
}
