using System.Text;
using System.Threading.Channels;
using Herald.Engine.Channels;

namespace Herald.Alarms.Tests.Inspection;

/// <summary>A channel for <c>nats:</c> endpoints that records what it gets.</summary>
internal sealed class NatsDouble : IChannel
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Channel<(string Endpoint, string Payload)> _came = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();

    public IReadOnlyList<string> Schemes => ["nats"];

    public string? Refuse(Uri endpoint) => null;

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        _came.Writer.TryWrite((attempt.Subscription.Endpoint.OriginalString, Encoding.UTF8.GetString(attempt.Event.Payload.Span)));
        return ValueTask.FromResult(AttemptResult.Delivered);
    }

    public Task<(string Endpoint, string Payload)> NextAsync() => _came.Reader.ReadAsync(AlarmsServer.Cancel).AsTask().WaitAsync(Patience, TimeProvider.System);
}
