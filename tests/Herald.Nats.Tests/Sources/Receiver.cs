using System.Collections.Concurrent;
using System.Text;
using Herald.Engine.Channels;

namespace Herald.Nats.Tests.Sources;

/// <summary>Takes every delivery, and keeps them in the order in which they came.</summary>
internal sealed class Receiver : IChannel
{
    private readonly ConcurrentQueue<Received> _all = new();
    private volatile TaskCompletionSource? _held;

    public IReadOnlyList<string> Schemes => ["test"];

    public IReadOnlyList<Received> All => [.. _all];
    public int Count => _all.Count;

    public IEnumerable<string> PayloadsOf(string key) => All.Where(r => r.Key == key).Select(r => r.Payload);

    /// <summary>Attempts wait until they are let go.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _held?.TrySetResult();

    public string? Refuse(Uri endpoint) => null;

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        if (_held is { } held)
            await held.Task.WaitAsync(cancel);
        var view = attempt.Event;
        _all.Enqueue(new(view.IdText, view.KeyText, Encoding.UTF8.GetString(view.Payload.Span), view.AttributesText()));
        return AttemptResult.Delivered;
    }
}
