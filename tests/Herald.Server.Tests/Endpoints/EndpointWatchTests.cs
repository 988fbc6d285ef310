using Herald.Server.Tests.Http;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Herald.Server.Tests.Endpoints;

/// <summary>What the log says of endpoints that are down.</summary>
public sealed class EndpointWatchTests : IDisposable
{
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly WarningsKept _log = new(LogLevel.Information);

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task An_endpoint_that_is_down_for_a_minute_and_its_return_are_a_line_each()
    {
        await using var receiver = new ScriptedReceiver(_ => new Reply.Status(500, "no"));
        await using var server = new RunningServer { Time = _clock, Logging = _log };
        await server.InitializeAsync();
        var topic = await server.NewTopicAsync();
        // The clock passes in leaps. Without a long time-out, an attempt could end by it on a busy machine.
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), """, "limits":{"timeout":"5m"}""");
        (await server.PublishAsync(topic, """[{"key":"a","payload":1},{"key":"a","payload":2},{"key":"b","payload":3}]""")).Is(202);

        await UntilLoggedAsync(server, $"No attempt of this node at the endpoint of subscription {id} has succeeded for ");
        Assert.Single(_log.Lines, line => line.Contains($"The last one: 127.0.0.1:{receiver.Port} answered 500.", StringComparison.Ordinal));

        receiver.Script(Reply.Ok);
        await UntilLoggedAsync(server, $"The endpoint of subscription {id} works again after ");
        Assert.Single(_log.Lines, line => line.StartsWith("No attempt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_look_that_fails_ends_neither_the_watch_nor_the_server()
    {
        await using var receiver = new ScriptedReceiver(_ => new Reply.Status(500, "no"));
        await using var server = new RunningServer { Time = _clock, Logging = _log };
        await server.InitializeAsync();
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        _log.Refuses = line => line.StartsWith("No attempt", StringComparison.Ordinal);
        (await server.PublishAsync(topic, """{"key":"a","payload":1}""")).Is(202);

        await UntilLoggedAsync(server, "The watch of the endpoints has failed.");
        receiver.Script(Reply.Ok);
        await UntilLoggedAsync(server, $"The endpoint of subscription {id} works again after ");
    }

    [Fact]
    public async Task A_subscription_that_is_disabled_is_a_line()
    {
        await using var receiver = new ScriptedReceiver(_ => new Reply.Status(410));
        await using var server = new RunningServer { Time = _clock, Logging = _log };
        await server.InitializeAsync();
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PublishAsync(topic, """[{"key":"a","payload":1},{"key":"b","payload":2}]""")).Is(202);

        await UntilLoggedAsync(server, $"Subscription {id} is disabled, because its endpoint is gone: 127.0.0.1:{receiver.Port} answered 410.");
        Assert.Single(_log.Lines, line => line.Contains("is disabled", StringComparison.Ordinal));
    }

    /// <summary>Lets time pass, second by second, until the log has a line that begins so.</summary>
    private async Task UntilLoggedAsync(RunningServer server, string beginning)
    {
        while (!_log.Lines.Any(line => line.StartsWith(beginning, StringComparison.Ordinal)))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            (await server.GetAsync("/healthz")).Is(200);
        }
    }
}
