using System.Text;
using System.Threading.Channels;
using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Nats;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Alarms.Tests.Inspection;

/// <summary>A channel for <c>nats:</c> endpoints that records what it gets, as a module in the place of the real one.</summary>
internal sealed class NatsDouble : IChannel, IModule
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Channel<(string Endpoint, string Payload)> _came = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();

    public string Name => "nats";

    public IReadOnlyList<SettingSection> Sections => [new SettingSection<NatsOptions>("nats", "NATS", () => new())];

    public IReadOnlyList<string> Schemes => ["nats"];

    public string? Refuse(Uri address) => null;

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        _came.Writer.TryWrite((attempt.Subscription.Endpoint.Address.OriginalString, Encoding.UTF8.GetString(attempt.Event.Payload.Span)));
        return ValueTask.FromResult(AttemptResult.Delivered);
    }

    public void AddServices(IServiceCollection services, BoundOptions options) => services.AddSingleton<IChannel>(this);

    public Task<(string Endpoint, string Payload)> NextAsync() => _came.Reader.ReadAsync(AlarmsServer.Cancel).AsTask().WaitAsync(Patience, TimeProvider.System);
}
