using Herald.Engine;
using Herald.Engine.Basics;

namespace Herald.Server;

/// <summary>The engine as a service, so that the container stops it after the parts and before the channels.</summary>
internal sealed class RunningEngine : IAsyncDisposable
{
    private HeraldEngine? _engine;

    public async Task<HeraldEngine> StartAsync(EngineParts parts, EngineOptions options, CancellationToken cancel) =>
        _engine = await HeraldEngine.StartAsync(parts, options, cancel);

    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;
}
