using Herald.Cli.Verifying;

namespace Herald.Soak.Figures;

/// <summary>How long events waited that receivers which are well were to have: while nothing was wrong, and by what was.</summary>
internal sealed class WaitBook(Episodes episodes, TimeProvider time)
{
    public const string NothingWrong = "nothing";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waits> _waits = [];

    private sealed class Waits
    {
        public LatencyHistogram All { get; } = new();
        public long Count { get; set; }
        public TimeSpan Longest { get; set; }
    }

    public void Take(long sinceAt, long receivedAt)
    {
        if (!episodes.TryTell(sinceAt, receivedAt, out var what))
            return;
        var wait = time.GetElapsedTime(sinceAt, receivedAt);
        lock (_gate)
        {
            if (!_waits.TryGetValue(what ?? NothingWrong, out var waits))
                _waits[what ?? NothingWrong] = waits = new Waits();
            waits.All.Record(wait);
            waits.Count++;
            if (wait > waits.Longest)
                waits.Longest = wait;
        }
    }

    /// <summary>A row for each, that of nothing first.</summary>
    public IReadOnlyList<WaitRow> Rows()
    {
        lock (_gate)
            return [.. _waits.OrderBy(one => one.Key != NothingWrong).ThenBy(one => one.Key, StringComparer.Ordinal).Select(one => new WaitRow(
                one.Key, one.Value.Count, Math.Round(one.Value.All.Percentile(0.99)!.Value.TotalMilliseconds), Math.Round(one.Value.Longest.TotalMilliseconds)))];
    }
}
