using Xunit;

namespace Herald.Lab.Tests.Benches.Reports;

public sealed class BenchReportTests
{
    [Fact]
    public void A_target_that_is_missed_is_no_failure_and_is_told_apart()
    {
        Assert.True(SampleReport.Of().Passed);
        Assert.True(SampleReport.Of().MissesTarget);
        Assert.False(SampleReport.Alone.MissesTarget);
    }

    [Fact]
    public void A_brief_run_misses_nothing() => Assert.False(SampleReport.Of(brief: true).MissesTarget);
}
