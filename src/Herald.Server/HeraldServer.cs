using Herald.Channels.Webhooks;
using Herald.Engine;
using Herald.Engine.Channels;
using Herald.Engine.Stores;
using Herald.Hosting;
using Herald.Server.Brokers;
using Herald.Server.Http;
using Herald.Server.Security;
using Herald.Server.Settings;
using Herald.Server.Stores;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Herald.Server;

/// <summary>A running Herald server: store, webhooks, engine and HTTP front. They start in this order.</summary>
/// <remarks>
/// Disposing stops them in reverse order: no more requests are taken, attempts in flight get a grace time to end, progress is committed,
/// and the store is closed.
/// </remarks>
public sealed class HeraldServer : IAsyncDisposable
{
    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Stack<IAsyncDisposable> _parts = new();
    private WebApplication? _app;
    private int _disposed;

    private HeraldServer(ServerOptions options, TimeProvider time) => (_options, _time) = (options, time);

    /// <summary>The addresses that the server listens on, with their real ports, e.g. <c>http://127.0.0.1:8090</c>.</summary>
    public IReadOnlyList<Uri> Addresses { get; private set; } = [];

    /// <summary>The first of <see cref="Addresses"/>.</summary>
    public Uri Address => Addresses[0];

    /// <summary>The engine, for hosts that publish or inspect from inside the process.</summary>
    public HeraldEngine Engine { get; private set; } = null!;

    /// <summary>
    /// Fails with the reason when the server cannot continue because the store has failed. The host then ends the process.
    /// </summary>
    public Task Failed { get; private set; } = Task.CompletedTask;

    /// <exception cref="ServerStartException">Options, token, store or address cannot be used; the message says which and why.</exception>
    public static async Task<HeraldServer> StartAsync(ServerOptions options, ServerServices? services = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        services ??= new();
        if (ServerSections.Check(options) is { Count: > 0 } errors)
            throw new ServerStartException(string.Join(Environment.NewLine, errors));
        // Leases are measured by this clock. They must also expire while the machine is suspended.
        if (options.Store == StoreKind.Postgres)
            services = services with { Time = SuspendAwareTime.Over(services.Time) };
        services = services with { Logging = new OutageLoggerFactory(services.Logging, services.Time) };
        var server = new HeraldServer(options, services.Time);
        try
        {
            await server.ComposeAsync(services, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        if (_app is not null)
        {
            using var patience = new CancellationTokenSource(_options.StopTimeout, _time);
            await _app.StopAsync(patience.Token);
        }
        while (_parts.TryPop(out var part))
            await part.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ComposeAsync(ServerServices services, CancellationToken cancel)
    {
        var addresses = _options.Listen.Select(text => ListenAddress.TryParse(text, out var address) ? address : throw new ServerStartException($"listen = '{text}'")).ToList();
        // True when only this machine can call. A proxy on this machine can forward calls of others; the operator declares it with
        // requireToken.
        var isLocal = addresses.All(a => a.IsLoopback) && !_options.RequireToken;
        var token = _options.TokenFile is { } file ? TokenFile.Read(file) : null;

        var store = _options.Store == StoreKind.Postgres
            ? await PostgresOpening.OpenAsync(_options, services, cancel)
            : await JournalOpening.OpenAsync(_options, services, cancel);
        _parts.Push(store);

        var webhooks = new WebhookChannel(_options.Webhooks with { Guard = _options.Webhooks.Guard ?? !isLocal }, services.Time);
        _parts.Push(new Part(webhooks));

        var (kafka, kafkaSources) = await KafkaOpening.OpenAsync(_options, services, cancel);
        IChannel[] channels = [webhooks, .. services.MoreChannels];
        if (kafka is not null)
        {
            _parts.Push(kafka);
            channels = [.. channels, kafka];
        }
        var (nats, natsSources) = await NatsOpening.OpenAsync(_options, services, cancel);
        if (nats is not null)
        {
            _parts.Push(nats);
            channels = [.. channels, nats];
        }

        var parts = new EngineParts(
            store.Log, store.Positions, store.Shards, store.State, store.Catalog, store.DeadLetters, store.Ownership, channels, services.Time,
            services.Random, services.Logging)
        {
            Applications = services.Applications,
        };
        foreach (var application in services.Applications.OfType<IDisposable>())
            _parts.Push(new Part(application));
        try
        {
            Engine = await HeraldEngine.StartAsync(parts, _options.Engine, cancel);
        }
        catch (StoreUnavailableException failure)
        {
            throw new ServerStartException(failure.Message, failure);
        }
        _parts.Push(Engine);
        Failed = WhenFailedAsync(Engine.Failed, store.Failed);

        // Sources start last and stop first, so applications and other parts run as long as messages arrive.
        foreach (var part in services.Parts)
        {
            _parts.Push(part);
            await part.StartAsync(Engine, cancel);
        }
        var sources = new Together();
        _parts.Push(sources);
        foreach (var source in kafkaSources.Concat<IServerPart>(natsSources))
        {
            sources.Add(source);
            await source.StartAsync(Engine, cancel);
        }

        var front = new FrontParts(_options, Engine, store, services, Failed, new AccessRules(token, isLocal, services.Logging.CreateLogger<AccessRules>()), _stopping.Token);
        _app = FrontBuilder.Build(front, addresses, out var more);
        _parts.Push(_app);
        foreach (var part in more)
            _parts.Push(new Part(part));
        Addresses = await FrontBuilder.StartAsync(_app, addresses, cancel);
    }

    private static async Task WhenFailedAsync(Task engine, Task<Exception> store)
    {
        if (await Task.WhenAny(engine, store) == store)
            throw new StoreUnavailableException("The store has stopped.", await store);
        await engine;
    }

    private sealed class Part(IDisposable inner) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            inner.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
