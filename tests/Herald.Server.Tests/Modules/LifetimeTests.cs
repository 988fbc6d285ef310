using System.Collections.Concurrent;
using Herald.Engine;
using Herald.Engine.Channels;
using Herald.Hosting;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Journal;
using Herald.Journal.Hosting;
using Herald.Outbound.Hosting;
using Herald.Server.Tests.Http;
using Herald.Webhooks.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Herald.Server.Tests.Modules;

/// <summary>In which order what the modules bring starts and stops.</summary>
public sealed class LifetimeTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"herald-modules-{Guid.NewGuid():N}");
    private readonly ConcurrentQueue<string> _log = [];

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Channels_come_before_parts_and_parts_before_sources_and_the_end_is_the_other_way_round()
    {
        await using (await StartAsync(new Recorder(_log)))
            Assert.Equal(["channel starts", "part starts", "source starts", "addresses"], _log);
        Assert.Equal(["source ends", "part ends", "channel ends"], _log.Skip(4));
    }

    [Fact]
    public async Task Sources_stop_at_the_same_time()
    {
        var (begun, all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var server = await StartAsync(new Sources(StopAsync, StopAsync, StopAsync));
        await server.DisposeAsync().AsTask().WaitAsync(RunningServer.Cancel);
        Assert.Equal(3, begun);

        // No stop completes before all have begun.
        Task StopAsync()
        {
            if (Interlocked.Increment(ref begun) == 3)
                all.SetResult();
            return all.Task;
        }
    }

    [Fact]
    public async Task A_source_whose_stop_fails_keeps_nothing_else_from_stopping()
    {
        var stopped = false;
        var server = await StartAsync(new Sources(
            () => Task.FromException(new IOException("gone")),
            async () =>
            {
                await Task.Yield();
                stopped = true;
            }));
        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(async () => await server.DisposeAsync())).Message);
        Assert.True(stopped);
        await using var next = await StartAsync(); // The store is closed, so another server can use it.
    }

    [Fact]
    public async Task What_a_module_cannot_work_with_ends_the_start_and_closes_everything()
    {
        var refusal = await Assert.ThrowsAsync<ServerStartException>(() => StartAsync(new Recorder(_log) { Refusal = "no such thing" }));
        Assert.Equal("no such thing", refusal.Message);
        Assert.Equal(["channel starts", "part ends", "channel ends"], _log);
        await using var next = await StartAsync();
    }

    [Fact]
    public async Task An_application_runs_only_where_it_is_asked_for()
    {
        await using (await StartAsync(new Asked(_log)))
            Assert.Empty(_log);
        await using (await StartAsync(options => options.With<ServerOptions>(server => server with { Applications = ["asked"] }), new Asked(_log)))
            Assert.Equal(["channel starts", "part starts", "source starts", "addresses"], _log);
    }

    private Task<HeraldServer> StartAsync(params IModule[] modules) => StartAsync(options => options, modules);

    private Task<HeraldServer> StartAsync(Func<BoundOptions, BoundOptions> with, params IModule[] modules)
    {
        var set = new ModuleSet([new JournalModule(), new OutboundModule(), new WebhooksModule(), .. modules]);
        var options = set.Settings.CreateDefaults()
            .With<ServerOptions>(server => server with { Listen = ["127.0.0.1:0"], DataDirectory = _directory })
            .With<JournalOptions>(journal => journal with { SegmentBytes = 1 << 20, MinFreeBytes = 0, ShardCount = 1 });
        return HeraldServer.StartAsync(new() { Modules = set, Options = with(options) }, RunningServer.Cancel);
    }

    private sealed class Asked(ConcurrentQueue<string> log) : IApplicationModule
    {
        public string Name => "asked";

        public string Purpose => "Records what happens.";

        public void AddServices(IServiceCollection services, BoundOptions options) => new Recorder(log).AddServices(services, options);

        public void Map(IEndpointRouteBuilder routes, HeraldEngine engine) => new Recorder(log).Map(routes, engine);
    }

    private sealed class Recorder(ConcurrentQueue<string> log) : IModule
    {
        public string Name => "recorder";

        public string? Refusal { get; init; }

        public void AddServices(IServiceCollection services, BoundOptions options) => services
            .AddSingleton<IServerPart>(_ => new Source(log))
            .AddSingleton<IServerPart>(_ => new Part(log, Refusal))
            .AddSingleton<IChannel>(_ => new Channel(log));

        public void Map(IEndpointRouteBuilder routes, HeraldEngine engine) => log.Enqueue("addresses");
    }

    private sealed class Part(ConcurrentQueue<string> log, string? refusal) : IServerPart, IDisposable
    {
        public ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
        {
            if (refusal is not null)
                throw new ServerStartException(refusal);
            log.Enqueue("part starts");
            return ValueTask.CompletedTask;
        }

        public void Dispose() => log.Enqueue("part ends");
    }

    private sealed class Source(ConcurrentQueue<string> log) : ISourcePart
    {
        private bool _hasStarted;

        public ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
        {
            _hasStarted = true;
            log.Enqueue("source starts");
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            if (_hasStarted)
                log.Enqueue("source ends");
            _hasStarted = false;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Channel(ConcurrentQueue<string> log) : IPreparedChannel, IDisposable
    {
        public IReadOnlyList<string> Schemes => ["recorded"];

        public ValueTask StartAsync(CancellationToken cancel)
        {
            log.Enqueue("channel starts");
            return ValueTask.CompletedTask;
        }

        public string? Refuse(Uri address) => null;

        public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel) => ValueTask.FromResult(AttemptResult.Delivered);

        public void Dispose() => log.Enqueue("channel ends");
    }

    private sealed class Sources(params Func<Task>[] stops) : IModule
    {
        public string Name => "sources";

        public void AddServices(IServiceCollection services, BoundOptions options)
        {
            foreach (var stop in stops)
                services.AddSingleton<IServerPart>(_ => new StoppingSource(stop));
        }
    }

    private sealed class StoppingSource(Func<Task> stop) : ISourcePart
    {
        private bool _isDisposed;

        public ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel) => ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            await stop();
        }
    }
}
