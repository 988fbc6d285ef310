using System.Collections.Concurrent;
using System.Text;
using Herald.Engine.Channels;

namespace Herald.Contracts.Sources;

/// <summary>Accepts every delivery, and keeps them in the order in which they came.</summary>
public sealed class Receiver : IChannel
{
    private readonly ConcurrentQueue<Received> _all = new();
    private readonly ConcurrentDictionary<string, byte> _messageIds = new();
    private volatile TaskCompletionSource? _held;

    public IReadOnlyList<string> Schemes => ["test"];

    public IReadOnlyList<Received> All => [.. _all];

    /// <summary>The number of different deliveries.</summary>
    public int Count => _all.Count;

    public IReadOnlyList<Received> Of(string key) => [.. _all.Where(received => (received.Key ?? "") == key)];

    public IEnumerable<string> PayloadsOf(string key) => Of(key).Select(received => received.Payload);

    /// <summary>Attempts wait until <see cref="LetGo"/>.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _held?.TrySetResult();

    public string? Refuse(Uri address) => null;

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        if (_held is { } held)
            await held.Task.WaitAsync(cancel);
        // Repeats by Herald itself are not tested here.
        if (_messageIds.TryAdd(attempt.MessageId, 0))
        {
            var view = attempt.Event;
            _all.Enqueue(new(view.IdText, view.KeyText, Encoding.UTF8.GetString(view.Payload.Span), view.AttributesText()));
        }
        return AttemptResult.Delivered;
    }
}
