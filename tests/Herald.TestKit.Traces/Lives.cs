using System.Globalization;

namespace Herald.TestKit.Traces;

/// <summary>
/// The lives of a server of which one process runs at a time, and which of them a request is from: by the connection it comes over.
/// Receivers number connections as they accept them, and accept them in the order they were made. So when a process has ended, one
/// connection more to each receiver shows where its connections end.
/// </summary>
public sealed class Lives(TraceRecorder trace)
{
    private readonly Lock _lock = new();

    // By receiver: the connection that was made behind each life.
    private readonly Dictionary<string, List<string>> _ends = [];
    private int _life;
    private bool _isUp;

    public string Now => Name(_life);

    public void Starting()
    {
        lock (_lock)
            (_life, _isUp) = (_life + 1, true);
        trace.Tell(Now, "starting");
    }

    public void Started() => trace.Tell(Now, "started");

    public void Stopping() => trace.Tell(Now, "stopping");

    /// <param name="how">Killed or stopped.</param>
    /// <param name="receivers">Those it may have sent to.</param>
    public async Task EndedAsync(string how, IEnumerable<TracedReceiver> receivers, CancellationToken cancel)
    {
        if (!_isUp)
            return;
        _isUp = false;
        trace.Tell(Now, how);
        foreach (var receiver in receivers)
            await receiver.MarkAsync(cancel);
    }

    /// <summary>The receiver has accepted this connection behind all that were made before.</summary>
    public void Mark(string receiver, string connection)
    {
        lock (_lock)
        {
            if (!_ends.TryGetValue(receiver, out var ends))
                _ends[receiver] = ends = [];
            // Nobody could send to it while the lives before it went by.
            while (ends.Count < _life - 1)
                ends.Add("");
            ends.Add(connection);
        }
    }

    public string Of(string receiver, string connection)
    {
        lock (_lock)
        {
            var life = 1;
            foreach (var end in _ends.GetValueOrDefault(receiver) ?? [])
                life += string.CompareOrdinal(connection, end) > 0 ? 1 : 0;
            return Name(life);
        }
    }

    private static string Name(int life) => string.Create(CultureInfo.InvariantCulture, $"server {life}");
}
