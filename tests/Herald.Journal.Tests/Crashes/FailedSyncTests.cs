using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests.Crashes;

/// <summary>
/// Each sync of the run fails, once. The kernel has dropped the pages then and counts them as clean: readers see them, a second sync succeeds,
/// and they are on no disk. Nothing of it may be taken for durable, not even by a process that starts anew and reads it back.
/// </summary>
public sealed class FailedSyncTests(ITestOutputHelper output)
{
    private const int Seed = 3, Rounds = 24, SecondRounds = 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sync_that_failed_once_and_then_succeeds_is_not_taken_for_durable(bool losesPowerAtOnce)
    {
        var probe = new FaultyFiles();
        await new Story(probe, Seed).PlayAsync(Rounds);
        var tally = new FaultTally();
        for (var at = 1; at <= probe.Syncs; at++)
        {
            var files = new FaultyFiles { FailSyncAt = at, Tally = tally };
            var (story, random) = (new Story(files, Seed), new Random(at));
            try
            {
                await story.PlayAsync(Rounds);
                if (losesPowerAtOnce)
                {
                    files.PowerOn(random);
                }
                else
                {
                    // The process ends, as it must, and another opens what it can read.
                    files.Restart();
                    await story.CheckAsync();
                    await story.PlayAsync(SecondRounds);
                    files.PowerOn(random);
                }
                await story.CheckAsync();
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Sync {at} failed: {failure.Message}", failure);
            }
        }
        output.WriteLine($"{probe.Syncs} syncs: {tally}");
        tally.AssertReached("failed fdatasync", "failed fsync", "loss of power");
    }
}
