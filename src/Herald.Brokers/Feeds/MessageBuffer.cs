using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Herald.Brokers.Feeds;

/// <summary>Messages that wait to be taken, bounded in number and in bytes. One writer and one reader at a time.</summary>
/// <param name="mostMessages">It is full with so many messages.</param>
/// <param name="mostBytes">It is full with so many bytes. A message that is larger finds room when there is no other.</param>
public sealed class MessageBuffer<T>(int mostMessages, long mostBytes)
{
    private readonly Channel<(T Message, int Bytes)> _messages = Channel.CreateUnbounded<(T, int)>();
    private int _count;
    private long _bytes;

    public int Count => Volatile.Read(ref _count);
    public long Bytes => Interlocked.Read(ref _bytes);
    public bool IsFull => Count >= mostMessages || Bytes >= mostBytes;

    /// <summary>Messages have filled it more than half.</summary>
    public bool IsHalfFull => Count > mostMessages / 2 || Bytes > mostBytes / 2;

    /// <summary>For a writer that cannot wait.</summary>
    /// <returns>False when there is no room for the message, or the buffer is complete.</returns>
    public bool TryAdd(T message, int bytes) => Count < mostMessages && (Bytes + bytes <= mostBytes || Count == 0) && Add(message, bytes);

    /// <summary>For a writer that stops when the buffer is full. The last message can exceed the bounds.</summary>
    /// <returns>False when the buffer is complete.</returns>
    public bool Add(T message, int bytes)
    {
        // Before the message can be taken, so that no count falls below 0.
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _bytes, bytes);
        if (_messages.Writer.TryWrite((message, bytes)))
            return true;
        Forget(bytes);
        return false;
    }

    public bool TryTake([MaybeNullWhen(false)] out T message)
    {
        var has = _messages.Reader.TryRead(out var next);
        if (has)
            Forget(next.Bytes);
        message = next.Message;
        return has;
    }

    /// <returns>False when the buffer is complete, and all is taken.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _messages.Reader.WaitToReadAsync(cancel);

    /// <summary>No more messages come. Those that have come can still be taken.</summary>
    /// <param name="failure">The reason, which the reader gets after the last message; null for a normal end.</param>
    public void Complete(Exception? failure = null) => _messages.Writer.TryComplete(failure);

    private void Forget(int bytes)
    {
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _bytes, -bytes);
    }
}
