using Herald.Lab.Ledgers;

namespace Herald.Soak.Figures;

/// <summary>How long events for receivers that are well waited, grouped by the fault at that time, or by none.</summary>
internal sealed class WaitBook(Episodes episodes, TimeProvider time)
{
    public const string NothingWrong = "nothing";
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Wrong, string Topic), Waits> _waits = [];

    private sealed class Waits
    {
        public LatencyHistogram All { get; } = new();
        public long Count { get; set; }
        public TimeSpan Longest { get; set; }
    }

    public void Take(string topic, long sinceAt, long receivedAt)
    {
        if (!episodes.TryTell(sinceAt, receivedAt, out var what))
            return;
        var wait = time.GetElapsedTime(sinceAt, receivedAt);
        lock (_gate)
        {
            var place = (what ?? NothingWrong, topic);
            if (!_waits.TryGetValue(place, out var waits))
                _waits[place] = waits = new Waits();
            waits.All.Record(wait);
            waits.Count++;
            if (wait > waits.Longest)
                waits.Longest = wait;
        }
    }

    /// <summary>One row per fault and topic. Rows without a fault come first.</summary>
    public IReadOnlyList<WaitRow> Rows()
    {
        lock (_gate)
            return [.. from one in _waits
                       orderby one.Key.Wrong != NothingWrong, one.Key.Wrong, one.Key.Topic
                       let p99 = one.Value.All.Percentile(0.99)!.Value
                       select new WaitRow(one.Key.Wrong, one.Key.Topic, one.Value.Count, Ms(p99), Ms(one.Value.Longest))];
    }

    private static double Ms(TimeSpan wait) => Math.Round(wait.TotalMilliseconds);
}
