namespace Herald.Soak.Figures;

/// <summary>
/// Notices when this process itself is suspended, for example when a laptop sleeps. Waits of that time say nothing about Herald, so
/// patience is counted in running time of this process.
/// </summary>
internal sealed class Standstill(Episodes episodes, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50), Noticed = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(20);
    private TimeSpan _lost;
    private readonly long _began = time.GetTimestamp();

    /// <summary>The total time for which it was suspended.</summary>
    public TimeSpan Lost => _lost;

    /// <summary>The running time so far.</summary>
    public TimeSpan Now => time.GetElapsedTime(_began) - _lost;

    public async Task RunAsync(CancellationToken cancel)
    {
        for (var before = time.GetTimestamp(); !cancel.IsCancellationRequested;)
        {
            await Task.Delay(Tick, time, CancellationToken.None);
            var now = time.GetTimestamp();
            var gap = time.GetElapsedTime(before, now);
            if (gap > Noticed)
            {
                _lost += gap;
                _ = EndAsync(episodes.Begin(null, before));
            }
            before = now;
        }
    }

    // The episode lasts longer than the gap, because nodes must find each other again and send the events that waited.
    private async Task EndAsync(Action end)
    {
        await Task.Delay(After, time, CancellationToken.None);
        end();
    }
}
