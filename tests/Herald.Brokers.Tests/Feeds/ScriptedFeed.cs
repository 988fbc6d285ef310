using System.Text;
using Herald.Brokers.Feeds;
using Herald.Engine.Sources;

namespace Herald.Brokers.Tests.Feeds;

/// <summary>A feed with the messages that a test sends. It has one part, whose positions begin at 0.</summary>
internal sealed class ScriptedFeed : IMessageFeed
{
    private readonly MessageBuffer<string> _buffer = new(int.MaxValue, long.MaxValue);
    private readonly Part _part;
    private int _taken, _counted;
    private long _next, _kept;

    public ScriptedFeed() => _part = new Part(this);

    /// <summary>The beginning of the ids of its messages.</summary>
    public string Stream { get; init; } = "script";

    public Task<bool> Ready { get; init; } = Task.FromResult(true);

    /// <summary>The number of messages that were taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>The position before which all messages are durable, and the number of these messages.</summary>
    public (long Next, int Count) Kept => (Interlocked.Read(ref _kept), Volatile.Read(ref _counted));

    public bool IsStopped { get; private set; }
    public bool IsDisposed { get; private set; }

    public void Send(params IEnumerable<string> payloads)
    {
        foreach (var payload in payloads)
            _buffer.Add(payload, payload.Length);
    }

    public void End(Exception? failure = null) => _buffer.Complete(failure);

    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _buffer.WaitAsync(cancel);

    public bool TryTake(FeedBatch into)
    {
        if (!_buffer.TryTake(out var payload))
            return false;
        into.Add(new SourceMessage { Place = new(Stream, 0, _next), Key = "key"u8, Value = Encoding.UTF8.GetBytes(payload) }, _part, ++_next, payload);
        Interlocked.Increment(ref _taken);
        return true;
    }

    public Task StopAsync(CancellationToken cancel)
    {
        IsStopped = true;
        End();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        End();
        return ValueTask.CompletedTask;
    }

    private sealed class Part(ScriptedFeed feed) : FeedPart("script")
    {
        public override void Keep(in FeedMark mark)
        {
            Interlocked.Exchange(ref feed._kept, mark.Next);
            Interlocked.Add(ref feed._counted, mark.Count);
        }
    }
}
