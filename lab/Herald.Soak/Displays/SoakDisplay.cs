namespace Herald.Soak.Displays;

/// <summary>One line with the state of the soak. It is redrawn on a terminal, and otherwise printed from time to time.</summary>
internal sealed class SoakDisplay(SoakState state, TextWriter output, TimeProvider time)
{
    private const string Again = "\r\u001b[K";
    private static readonly TimeSpan Live = TimeSpan.FromSeconds(1), Plain = TimeSpan.FromSeconds(5);
    private readonly bool _isPlain = Console.IsOutputRedirected;

    /// <summary>Ends when cancelled, without an exception.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(_isPlain ? Plain : Live, time, cancel).ContinueWith(_ => { }, TaskScheduler.Default);
            await output.WriteAsync(_isPlain ? $"{Line()}\n" : $"{Again}{Line()}");
            await output.FlushAsync(CancellationToken.None);
        }
        if (!_isPlain)
            await output.WriteLineAsync();
    }

    private string Line()
    {
        var (watch, storm, traffic) = (state.Watch, state.Storm, state.Traffic);
        FormattableString[] parts =
        [
            $"{watch.Now:hh\\:mm\\:ss}", $"round {state.Rounds}",
            $"{state.Published:N0} published", $"{state.Received:N0} received", $"{state.Repeats:N0} repeats",
            $"{storm.Counts.Values.Sum()} faults",
            $"{state.Waiting:N0} waiting, longest {traffic.LongestWait.TotalSeconds:0.0} s",
            $"{(state.IsSettling ? "settling" : storm.Now)}",
        ];
        return string.Join("  ", parts.Select(FormattableString.Invariant));
    }
}
