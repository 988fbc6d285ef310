using System.Collections.Concurrent;
using Herald.Engine.Channels;

namespace Herald.Kafka.Tests.Sources;

/// <summary>Accepts every delivery, and records them by key in the order in which they came.</summary>
internal sealed class Receiver : IChannel
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Received>> _byKey = new();
    private readonly ConcurrentDictionary<string, byte> _messageIds = new();
    private volatile TaskCompletionSource? _held;
    private int _count;

    public IReadOnlyList<string> Schemes => ["test"];

    /// <summary>The number of different deliveries.</summary>
    public int Count => Volatile.Read(ref _count);

    public IEnumerable<Received> All => _byKey.Values.SelectMany(q => q);

    public IReadOnlyList<Received> Of(string key) => _byKey.TryGetValue(key, out var queue) ? [.. queue] : [];

    /// <summary>Attempts wait until <see cref="LetGo"/>.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _held?.TrySetResult();

    public string? Refuse(Uri endpoint) => null;

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        if (_held is { } held)
            await held.Task.WaitAsync(cancel);
        // Repeats by Herald itself are not tested here.
        if (_messageIds.TryAdd(attempt.MessageId, 0))
        {
            var view = attempt.Event;
            _byKey.GetOrAdd(view.KeyText ?? "", _ => new()).Enqueue(new Received(view.IdText, view.KeyText, [.. view.Payload.Span], view.AttributesText()));
            Interlocked.Increment(ref _count);
        }
        return AttemptResult.Delivered;
    }
}
