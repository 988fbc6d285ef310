using System.Globalization;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Demos;

/// <summary>Compares the latency of a healthy receiver while another one is down with its latency before.</summary>
internal sealed class NeighbourCost
{
    // Percentiles of a few seconds differ by chance, more so on a busy machine. Below these bounds a difference means nothing.
    private const double ChanceTimes = 1.5, ChanceMs = 2;

    public LatencyHistogram Calm { get; } = new();
    public LatencyHistogram Beside { get; } = new();

    /// <param name="down">The receiver that was down.</param>
    /// <param name="downFor">For how long.</param>
    /// <param name="healthy">The receiver whose latencies these are.</param>
    public string Sentence(string down, TimeSpan downFor, string healthy)
    {
        var begin = string.Create(CultureInfo.InvariantCulture, $"\"{down}\" was down for {downFor.TotalSeconds:0} s");
        if (Calm.Percentile(0.99) is not { } calm || Beside.Percentile(0.99) is not { } beside)
            return $"{begin}. The run was too short to say what that cost \"{healthy}\".";
        var figures = string.Create(CultureInfo.InvariantCulture, $"p99 {beside.TotalMilliseconds:0.0} ms, and {calm.TotalMilliseconds:0.0} ms before");
        return beside.TotalMilliseconds <= Math.Max(calm.TotalMilliseconds * ChanceTimes, calm.TotalMilliseconds + ChanceMs)
            ? $"{begin}. Meanwhile \"{healthy}\" was as fast as before, but for chance ({figures})."
            : $"{begin}. Meanwhile \"{healthy}\" was slower ({figures}).";
    }
}
