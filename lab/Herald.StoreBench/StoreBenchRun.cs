using System.Globalization;
using Herald.StoreBench.Figures;
using Herald.StoreBench.Load;
using Herald.StoreBench.PlainFiles;
using Herald.StoreBench.Stores;

namespace Herald.StoreBench;

/// <summary>
/// Measures stores in turn with each size of groups: (1) a round of each that is not measured, whose events are all read back, (2) rounds,
/// each in the opposite order of the last one, so that changes on the machine affect all stores alike. Each round has a new store in a
/// directory of its own, which is removed at once.
/// </summary>
/// <param name="directory">An empty directory on the disk to measure.</param>
/// <param name="progress">Receives what is being done.</param>
internal sealed class StoreBenchRun(StoreBenchOptions options, string directory, Action<string> progress, TimeProvider time)
{
    private readonly Disk? _disk = Disk.Of(directory, File.ReadLines("/proc/self/mountinfo"));

    /// <exception cref="StoreBenchException">A store did not do its work.</exception>
    public async Task<IReadOnlyList<StoreFigures>> RunAsync(CancellationToken cancel)
    {
        var all = new List<StoreFigures>();
        foreach (var group in options.Groups)
        {
            var sides = options.Stores.Select(store => new Side(store)).ToList();
            foreach (var side in sides)
            {
                Show("warming up and reading back", group, side);
                side.ReadBack = await OpenAsync(side.Store, store => CheckAsync(store, side.Store, group, cancel));
            }
            for (var round = 1; round <= options.Rounds; round++)
                foreach (var side in round % 2 == 1 ? sides : sides.AsEnumerable().Reverse())
                {
                    Show(string.Create(CultureInfo.InvariantCulture, $"round {round} of {options.Rounds}"), group, side);
                    side.Rounds.Add(await MeasureAsync(side.Store, group, cancel));
                }
            all.AddRange(sides.Select(side => new StoreFigures(side.Store.Name, group, side.ReadBack, side.Rounds)));
        }
        return all;
    }

    private void Show(string what, int group, Side side) =>
        progress(string.Create(CultureInfo.InvariantCulture, $"{group} events a write: {what}, {side.Store.Name}"));

    private async Task<long> CheckAsync(OpenStore store, BenchStore kind, int group, CancellationToken cancel)
    {
        var writers = new Writers(store.Log, options.Writers, group, time);
        await writers.RunAsync(options.Round, cancel);
        var read = await ReadBack.CheckAsync(store.Log, writers.Sent, cancel);
        if (kind.FindsRepeats && await writers.RepeatAsync(cancel) is var (repeated, recognised) && repeated != recognised)
            throw new StoreBenchException($"{kind.Name} recognised {recognised} of {repeated} repeated events.");
        return read;
    }

    private async Task<RoundFigures> MeasureAsync(BenchStore kind, int group, CancellationToken cancel)
    {
        RoundFigures? measured = null;
        var (given, onDisk) = (default(ProcessIo), (long?)null);
        await OpenAsync(kind, WriteAsync, Close);
        return measured!;

        async Task<long> WriteAsync(OpenStore store)
        {
            var writers = new Writers(store.Log, options.Writers, group, time);
            // What other rounds and stores have left behind is not this round's work.
            GC.Collect();
            Libc.SyncAll();
            (given, onDisk) = (ProcessIo.Now(), _disk?.Written());
            var (cpu, began) = (Environment.CpuUsage.TotalTime, time.GetTimestamp());
            var latencies = await writers.RunAsync(options.Round, cancel);
            measured = new RoundFigures(
                writers.Events, time.GetElapsedTime(began), At(latencies, 0.5), At(latencies, 0.99), ProcessIo.Now() - given, default,
                Environment.CpuUsage.TotalTime - cpu, store.Syncs(), null);
            return writers.Events;
        }

        void Close()
        {
            measured = measured! with { IoClosed = ProcessIo.Now() - given };
            Libc.SyncAll();
            measured = measured with { OnDisk = _disk?.Written() - onDisk };
        }
    }

    /// <param name="closed">Called when the store is closed and its files are still there.</param>
    private async Task<long> OpenAsync(BenchStore kind, Func<OpenStore, Task<long>> work, Action? closed = null)
    {
        var place = Directory.CreateDirectory(Path.Combine(directory, kind.Name));
        try
        {
            long result;
            await using (var store = await kind.OpenAsync(place.FullName, options.Round, time))
                result = await work(store);
            closed?.Invoke();
            return result;
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    /// <summary>The latency that this share of the appends did not exceed.</summary>
    private TimeSpan At(long[] sorted, double share) =>
        time.GetElapsedTime(0, sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)]);

    private sealed class Side(BenchStore store)
    {
        public BenchStore Store => store;
        public long ReadBack { get; set; }
        public List<RoundFigures> Rounds { get; } = [];
    }
}
