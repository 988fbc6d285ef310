namespace Herald.Nats.Connecting;

/// <summary>How long to wait before the next server is tried.</summary>
public static class ReconnectPause
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(2);

    /// <summary>Each server is tried once without a pause; then the pauses double, round by round. Clients that lost the same server do not come back together.</summary>
    /// <param name="failures">In a row.</param>
    public static TimeSpan After(int failures, int servers, Random random)
    {
        var rounds = failures / servers;
        if (rounds == 0)
            return TimeSpan.Zero;
        var pause = First * Math.Pow(2, Math.Min(rounds - 1, 16));
        return (pause < Longest ? pause : Longest) * (0.5 + 0.5 * random.NextDouble());
    }
}
