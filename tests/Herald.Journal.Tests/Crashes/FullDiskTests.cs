using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests.Crashes;

/// <summary>From each operation of the run on, the disk has no room except what is freed.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int Seed = 4, Rounds = 24, SecondRounds = 3;

    [Fact]
    public async Task A_disk_that_fills_up_at_any_operation_stops_no_journal_and_loses_nothing()
    {
        var probe = new FaultyFiles();
        await new Story(probe, Seed).PlayAsync(Rounds);
        var tally = new FaultTally();
        for (var at = 1; at <= probe.Operations; at++)
        {
            var files = new FaultyFiles { FullAt = at, Tally = tally };
            var story = new Story(files, Seed) { MayForgetHistory = true };
            try
            {
                await story.PlayAsync(Rounds);
                Assert.False(story.HasStopped, "the journal has stopped");
                files.Free = long.MaxValue / 4;
                files.Restart();
                await story.CheckAsync();
                await story.PlayAsync(SecondRounds);
                files.PowerOn(new Random(at));
                await story.CheckAsync();
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Full at operation {at}: {failure.Message}", failure);
            }
        }
        output.WriteLine($"{probe.Operations} operations: {tally}");
        tally.AssertReached("full disk", "refused for want of room");
    }
}
