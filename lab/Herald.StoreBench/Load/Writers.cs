using Herald.Engine.Basics;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.StoreBench.Load;

/// <summary>Writers that publish through <see cref="Intake"/>. Each sends its next append when the one before is durable.</summary>
internal sealed class Writers(IEventLog log, int count, int group, TimeProvider time)
{
    /// <summary>A round ends after this many events at the latest, because their latencies are kept in memory.</summary>
    private const long MostEvents = 8_000_000;

    private readonly Intake _intake = new(log, new IntakeOptions(), time);
    private readonly Topic _topic = new("bench", 1, time.GetUtcNow(), 1);
    private readonly long[] _sent = new long[count];

    /// <summary>For each writer, how many of its events are durable. They have the numbers from 0 on.</summary>
    public IReadOnlyList<long> Sent => _sent;
    public long Events => _sent.Sum();

    /// <returns>The time that each append took, in ticks of the clock, ascending.</returns>
    /// <exception cref="StoreBenchException">The store did not take a new event.</exception>
    public async Task<long[]> RunAsync(TimeSpan length, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var all = await Task.WhenAll(
            Enumerable.Range(0, count).Select(writer => Task.Run(() => WriteAsync(writer, began, length, cancel), cancel)));
        long[] latencies = [.. all.SelectMany(one => one)];
        Array.Sort(latencies);
        return latencies;
    }

    /// <summary>Publishes the last events of each writer again.</summary>
    /// <returns>How many of them the store recognised.</returns>
    public async Task<(long Repeated, long Recognised)> RepeatAsync(CancellationToken cancel)
    {
        long repeated = 0, recognised = 0;
        for (var writer = 0; writer < count; writer++)
        {
            using var batch = _intake.Rent(_topic);
            Fill(batch, new BenchEvent(writer), Math.Max(0, _sent[writer] - group), _sent[writer]);
            await _intake.PublishAsync(batch, cancel);
            repeated += batch.Count;
            foreach (var result in batch.Results)
                recognised += result.Verdict == Verdict.Duplicate ? 1 : 0;
        }
        return (repeated, recognised);
    }

    private async Task<List<long>> WriteAsync(int writer, long began, TimeSpan length, CancellationToken cancel)
    {
        var latencies = new List<long>();
        var one = new BenchEvent(writer);
        // At least one append, however long this task had to wait for a processor.
        do
        {
            cancel.ThrowIfCancellationRequested();
            using var batch = _intake.Rent(_topic);
            Fill(batch, one, _sent[writer], _sent[writer] + group);
            var sent = time.GetTimestamp();
            await _intake.PublishAsync(batch, cancel);
            latencies.Add(time.GetTimestamp() - sent);
            foreach (var result in batch.Results)
                if (result.Verdict != Verdict.Accepted)
                    throw new StoreBenchException($"A new event was not accepted; the verdict was {result.Verdict}.");
            _sent[writer] += group;
        }
        while (time.GetElapsedTime(began) < length && _sent[writer] < MostEvents / count);
        return latencies;
    }

    private static void Fill(PublishBatch batch, BenchEvent one, long from, long to)
    {
        for (var number = from; number < to; number++)
            if (batch.Add(one.Draft(number)) is { } problem)
                throw new StoreBenchException($"Intake refused an event: {problem.Rule}");
    }
}
