using System.Collections.Concurrent;
using System.Text;
using Herald.Engine.Channels;

namespace Herald.Nats.Tests.Sources;

/// <summary>Takes every delivery, and keeps them in the order in which they came.</summary>
internal sealed class Receiver : IChannel
{
    private readonly ConcurrentQueue<Received> _all = new();

    public IReadOnlyList<string> Schemes => ["test"];

    public IReadOnlyList<Received> All => [.. _all];
    public int Count => _all.Count;

    public IEnumerable<string> PayloadsOf(string key) => All.Where(r => r.Key == key).Select(r => r.Payload);

    public string? Refuse(Uri endpoint) => null;

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        var view = attempt.Event;
        _all.Enqueue(new(view.IdText, view.KeyText, Encoding.UTF8.GetString(view.Payload.Span), view.AttributesText()));
        return new(AttemptResult.Delivered);
    }
}
