namespace Herald.Soak.Figures;

/// <summary>
/// Notices when this process itself stands still, as when a laptop sleeps: nothing that was due meanwhile says anything of Herald. Patience
/// is counted in time that has gone by here.
/// </summary>
internal sealed class Standstill(Episodes episodes, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50), Noticed = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(20);
    private TimeSpan _lost;
    private readonly long _began = time.GetTimestamp();

    /// <summary>All that was lost so.</summary>
    public TimeSpan Lost => _lost;

    /// <summary>How long we have run.</summary>
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

    // Nodes find each other again, and what waited goes out.
    private async Task EndAsync(Action end)
    {
        await Task.Delay(After, time, CancellationToken.None);
        end();
    }
}
