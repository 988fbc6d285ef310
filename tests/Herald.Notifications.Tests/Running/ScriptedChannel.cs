using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Notifications.Tests.Running;

/// <summary>A channel that does what a test says, and keeps what it sent. It serves test: and, in the place of Kafka, kafka:.</summary>
internal sealed class ScriptedChannel : IChannel, IModule
{
    public string Name => "scripted";

    public IReadOnlyList<string> Schemes { get; init; } = ["test", "kafka"];

    /// <summary>What an attempt brings.</summary>
    public Func<Attempt, AttemptResult> Plan { get; set; } = _ => AttemptResult.Delivered;

    /// <summary>What was tried, by the endpoint.</summary>
    public ConcurrentQueue<(string Endpoint, JsonNode Message)> Tried { get; } = new();

    public string? Refuse(Uri address) => address.Host == "wrong" ? "There is no such provider." : null;

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        Tried.Enqueue((attempt.Subscription.Endpoint.Address.OriginalString, JsonNode.Parse(attempt.Event.Payload.Span)!));
        return ValueTask.FromResult(Plan(attempt));
    }

    public void AddServices(IServiceCollection services, BoundOptions options) => services.AddSingleton<IChannel>(this);
}
