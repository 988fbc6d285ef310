using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Engine.Stores;
using Herald.Hosting;
using Herald.Hosting.Modules;
using Herald.Server.Endpoints;
using Herald.Server.Http;
using Herald.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.Server;

/// <summary>
/// A running Herald server. It starts in this order: store, channels, engine, parts of modules, sources, HTTP front.
/// </summary>
/// <remarks>
/// Disposing stops in reverse order: no more requests are taken, sources hand over what they have read, attempts in flight get a grace time
/// to end, progress is committed, and the store is closed.
/// </remarks>
public sealed class HeraldServer : IAsyncDisposable
{
    private readonly ServerSetup _setup;
    private readonly ServerOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<ISourcePart> _sources = [];
    private OpenStore? _store;
    private WebApplication? _app;
    private int _disposed;

    private HeraldServer(ServerSetup setup) => (_setup, _options) = (setup, setup.Options.Get<ServerOptions>());

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
    public static async Task<HeraldServer> StartAsync(ServerSetup setup, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(setup);
        if (setup.Modules.Settings.Check(setup.Options) is { Count: > 0 } errors)
            throw new ServerStartException(string.Join(Environment.NewLine, errors));
        var store = setup.Modules.StoreOf(setup.Options)!;
        var time = store.IsShared ? SuspendAwareTime.Over(setup.Time) : setup.Time;
        var server = new HeraldServer(setup with { Time = time, Logging = new OutageLoggerFactory(setup.Logging, time) });
        try
        {
            await server.StartAsync(store, cancel);
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
        // The server has started when it has an address. Before, there was nothing to finish.
        var (inFlight, delivered) = Addresses.Count > 0 ? (Engine.AttemptsInFlight, Engine.Delivered) : (0, 0);
        try
        {
            if (_app is not null)
                await StopAsync(_app);
            if (Addresses.Count > 0)
                TellEnd(inFlight, Engine.Delivered - delivered);
        }
        finally
        {
            if (_store is not null)
                await _store.DisposeAsync();
            _stopping.Dispose();
        }
    }

    private void TellEnd(int inFlight, long delivered)
    {
        if (Failed.IsFaulted)
            return;
        _setup.Logging.CreateLogger("Herald.Server").LogInformation(
            "Stopped, and all progress is saved. {InFlight} attempts were in flight, and {Delivered} deliveries were finished while "
            + "stopping. The next start continues with the others.", inFlight, delivered);
    }

    private async Task StopAsync(WebApplication app)
    {
        try
        {
            using var patience = new CancellationTokenSource(_options.StopTimeout, _setup.Time);
            await app.StopAsync(patience.Token);
            await Task.WhenAll(_sources.Select(source => source.DisposeAsync().AsTask()));
        }
        finally
        {
            // The container disposes what it created, in reverse order: parts, engine, channels.
            await app.DisposeAsync();
        }
    }

    private async Task StartAsync(IStoreModule storeModule, CancellationToken cancel)
    {
        var addresses = _options.Listen
            .Select(text => ListenAddress.TryParse(text, out var address) ? address : throw new ServerStartException($"listen = '{text}'"))
                .ToList();
        // True when only this machine can call. A proxy on this machine can forward calls of others; the operator declares it with
        // requireToken.
        var isLocal = addresses.All(address => address.IsLoopback) && !_options.RequireToken;
        var token = _options.TokenFile is { } file ? TokenFile.Read(file) : null;
        FrontBuilder.Check(addresses);
        _store = await OpenAsync(storeModule, cancel);

        _app = FrontBuilder.Build(_options, addresses, _setup.Logging, services =>
        {
            services.AddSingleton(_setup.Time).AddSingleton(_setup.Random).AddSingleton(new ServerExposure(isLocal))
                .AddSingleton<RunningEngine>().AddSingleton<IServerPart, EndpointWatch>();
            foreach (var section in _setup.Modules.Settings.Sections)
                section.AddTo(services, _setup.Options);
            foreach (var module in _setup.Modules.In(_setup.Options))
                module.AddServices(services, _setup.Options);
        });
        await StartEngineAsync(_store, _app.Services, cancel);
        await StartPartsAsync(_app.Services, cancel);

        var access = new AccessRules(token, isLocal, _setup.Logging.CreateLogger<AccessRules>());
        FrontBuilder.Map(_app, new FrontParts(_options, Engine, _store, _setup.Time, Failed, access, _stopping.Token));
        foreach (var module in _setup.Modules.In(_setup.Options))
            module.Map(_app, Engine);
        Addresses = await FrontBuilder.StartAsync(_app, addresses, cancel);
    }

    private Task<OpenStore> OpenAsync(IStoreModule module, CancellationToken cancel)
    {
        var log = _setup.Logging.CreateLogger("Herald.Store");
        var context = new StoreContext(
            _setup.Options, _options.DataDirectory, _setup.Time,
            text => log.LogInformation("{Notice}", text), text => log.LogWarning("{Notice}", text))
        {
            Alarm = text => log.LogError("{Notice}", text),
        };
        return module.OpenAsync(context, cancel);
    }

    private async Task StartEngineAsync(OpenStore store, IServiceProvider services, CancellationToken cancel)
    {
        var channels = services.GetServices<IChannel>().ToList();
        foreach (var channel in channels.OfType<IPreparedChannel>())
            await channel.StartAsync(cancel);
        var parts = new EngineParts(
            store.Log, store.Positions, store.Shards, store.State, store.Catalog, store.DeadLetters, store.Ownership, channels, _setup.Time,
            _setup.Random, _setup.Logging)
        {
            Applications = [.. services.GetServices<IApplication>()],
        };
        var options = _setup.Options.Get<EngineOptions>() with { Intake = _setup.Options.Get<IntakeOptions>() };
        try
        {
            Engine = await services.GetRequiredService<RunningEngine>().StartAsync(parts, options, cancel);
        }
        catch (StoreUnavailableException failure)
        {
            throw new ServerStartException(failure.Message, failure);
        }
        Failed = WhenFailedAsync(Engine.Failed, store.Failed);
    }

    private async Task StartPartsAsync(IServiceProvider services, CancellationToken cancel)
    {
        // All are created first, so that a source can be used by another part.
        var parts = services.GetServices<IServerPart>().ToList();
        _sources.AddRange(parts.OfType<ISourcePart>());
        foreach (var part in parts.Where(part => part is not ISourcePart).Concat(_sources))
            await part.StartAsync(Engine, cancel);
    }

    private static async Task WhenFailedAsync(Task engine, Task<Exception> store)
    {
        if (await Task.WhenAny(engine, store) == store)
            throw new StoreUnavailableException("The store has stopped.", await store);
        await engine;
    }
}
