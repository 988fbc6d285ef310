using System.Buffers;
using Herald.Nats.Wire;

namespace Herald.Nats.Connecting;

/// <summary>
/// What one connection has still to send. Many write into one buffer while the other is being sent, so what comes together goes together. When there is no
/// room they wait, in the order in which they came.
/// </summary>
/// <param name="room">Bytes that may wait; a single message may be larger, if it is alone.</param>
public sealed class OutgoingBuffer(int room) : IDisposable
{
    /// <summary>For what the client itself has to say, which must not wait behind messages. More, and the server does not read.</summary>
    private const int ControlRoom = 16 << 20;

    private const int FirstSize = 16 << 10;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _filled = new(0), _turn = new(1);
    private ArrayBufferWriter<byte> _filling = new(FirstSize), _sending = new(FirstSize);
    private TaskCompletionSource? _roomMade;
    private string? _closed;
    private int _waiting;

    /// <summary>Complete when it is in the buffer.</summary>
    /// <exception cref="NatsUnavailableException">The connection has ended.</exception>
    public ValueTask AppendAsync(in OutgoingMessage message, CancellationToken cancel)
    {
        // Nobody overtakes those who wait.
        if (Volatile.Read(ref _waiting) == 0 && TryAppend(message, out _))
            return ValueTask.CompletedTask;
        return AppendInTurnAsync(message, cancel);
    }

    /// <returns>False when there is no room even for this, or the connection has ended.</returns>
    public bool TryAppendControl(ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            if (_closed is not null || _filling.WrittenCount + text.Length > room + ControlRoom)
                return false;
            var wasEmpty = _filling.WrittenCount == 0;
            _filling.Write(text);
            Fill_NeedsLock(wasEmpty);
            return true;
        }
    }

    /// <summary>All that has come together; the caller's until the next call. By one caller alone.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(CancellationToken cancel)
    {
        await _filled.WaitAsync(cancel).ConfigureAwait(false);
        TaskCompletionSource? made;
        lock (_lock)
        {
            // One large message must not hold its memory for ever.
            if (_sending.Capacity > 2 * room)
                _sending = new(FirstSize);
            else
                _sending.ResetWrittenCount();
            (_filling, _sending) = (_sending, _filling);
            (made, _roomMade) = (_roomMade, null);
        }
        made?.TrySetResult();
        return _sending.WrittenMemory;
    }

    /// <summary>Nothing more comes in; those who wait are told why.</summary>
    public void Close(string reason)
    {
        TaskCompletionSource? made;
        lock (_lock)
        {
            _closed ??= reason;
            (made, _roomMade) = (_roomMade, null);
        }
        made?.TrySetResult();
    }

    // _turn is left alone: those who wait for it are still to be told.
    public void Dispose() => _filled.Dispose();

    private async ValueTask AppendInTurnAsync(OutgoingMessage message, CancellationToken cancel)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await _turn.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                while (!TryAppend(message, out var roomMade))
                    await roomMade.WaitAsync(cancel).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private bool TryAppend(in OutgoingMessage message, out Task roomMade)
    {
        lock (_lock)
        {
            if (_closed is not null)
                throw new NatsUnavailableException($"The message to '{message.Subject}' was not sent: {_closed}");
            if (_filling.WrittenCount > 0 && _filling.WrittenCount + FrameWriter.Measure(message) > room)
            {
                _roomMade ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                roomMade = _roomMade.Task;
                return false;
            }
            var wasEmpty = _filling.WrittenCount == 0;
            FrameWriter.Publish(_filling, message);
            Fill_NeedsLock(wasEmpty);
            roomMade = Task.CompletedTask;
            return true;
        }
    }

    // Counted once for whatever is in the buffer: whoever takes, takes all.
    private void Fill_NeedsLock(bool wasEmpty)
    {
        if (wasEmpty)
            _filled.Release();
    }
}
