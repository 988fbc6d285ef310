using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Ledgers;
using Npgsql;

namespace Herald.Lab.Benches.Databases;

/// <summary>
/// The time that a database takes for the shortest possible answer. Work that waits for the database once cannot be faster.
/// </summary>
internal static class RoundTripLatency
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Runs a bare <c>select 1</c> on an open connection again and again, a millisecond after each answer. It has a thread of its own, so
    /// that no other work of this process delays it.
    /// </summary>
    public static Task<Latencies> MeasureAsync(string connection, TimeSpan length, TimeProvider time, CancellationToken cancel) =>
        Task.Factory.StartNew(
            () => Latencies.Of(Measure(connection, length, time, cancel)), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static LatencyHistogram Measure(string connection, TimeSpan length, TimeProvider time, CancellationToken cancel)
    {
        using var open = new NpgsqlConnection($"{connection};Pooling=false");
        open.Open();
        using var command = new NpgsqlCommand("select 1", open);
        command.Prepare();
        var latencies = new LatencyHistogram();
        for (var began = time.GetTimestamp(); time.GetElapsedTime(began) < length;)
        {
            cancel.ThrowIfCancellationRequested();
            var at = time.GetTimestamp();
            command.ExecuteScalar();
            latencies.Record(time.GetElapsedTime(at));
            PreciseWait.For(Pause);
        }
        return latencies;
    }
}
