using System.Collections.Concurrent;
using Herald.Engine.Channels;

namespace Herald.Delivery.Tests;

/// <summary>Checks what one receiver gets: within a generation, the first receipts of a key must come as 1, 2, 3 …</summary>
internal sealed class Judge
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Generation, int Key), int> _last = [];
    private readonly HashSet<(int Generation, int Key, int Number)> _seen = [];
    private readonly Dictionary<(int Key, int Number), string> _ids = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private int _tries;

    public int Tries => Volatile.Read(ref _tries);
    public int Received { get; private set; }
    public int Repeats { get; private set; }
    public int OutOfOrder { get; private set; }
    public int OtherIds { get; private set; }
    public ConcurrentQueue<(int Key, int Number, Redelivery Redelivery)> Log { get; } = new();

    /// <summary>Whether to keep what was received, in order, for tests that read it.</summary>
    public bool KeepLog { get; set; }

    public void Tried() => Interlocked.Increment(ref _tries);

    public void Receive(int key, int number, string id, int generation, Redelivery redelivery)
    {
        lock (_lock)
        {
            if (KeepLog)
                Log.Enqueue((key, number, redelivery));
            if (!_ids.TryAdd((key, number), id) && _ids[(key, number)] != id)
                OtherIds++;
            if (redelivery == Redelivery.Redrive)
                return; // it comes at the end of its key, by design
            if (!_seen.Add((generation, key, number)))
            {
                Repeats++;
                return;
            }
            if (_last.TryGetValue((generation, key), out var last) && number <= last)
                OutOfOrder++;
            _last[(generation, key)] = number;
            Received++;
            foreach (var waiting in _waiting.Where(w => w.Count <= Received))
                waiting.Reached.TrySetResult();
        }
    }

    public void Fail(Exception failure)
    {
        lock (_lock)
        {
            foreach (var waiting in _waiting)
                waiting.Reached.TrySetException(failure);
        }
    }

    public int LastOf(int key, int generation = 1)
    {
        lock (_lock)
            return _last.GetValueOrDefault((generation, key));
    }

    public async Task WaitForAsync(int count, TimeSpan? most = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (Received >= count)
                return;
            _waiting.Add((count, reached));
        }
        try
        {
            await reached.Task.WaitAsync(most ?? TimeSpan.FromSeconds(40));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Received} of {count} were received; {Tries} tries");
        }
    }
}
