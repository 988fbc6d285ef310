using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Delivery.Tests.Transfer;

/// <summary>The real engine on any store. Receivers outlive it, so that they see what comes before and after a move.</summary>
internal sealed class EngineOver<TStore> : IAsyncDisposable
    where TStore : class, IEventLog, ISourcePositions, IShardStore, IStateReader, ICatalogStore, IDeadLetterStore, IOwnership, IAsyncDisposable
{
    private static readonly EngineOptions Options = new() { CommitEvery = TimeSpan.FromMilliseconds(50), Grace = TimeSpan.FromMilliseconds(100) };

    private EngineOver(TStore store, HeraldEngine engine) => (Store, Engine) = (store, engine);

    public TStore Store { get; }
    public HeraldEngine Engine { get; }

    public static async Task<EngineOver<TStore>> StartAsync(TStore store, ScriptedChannel channel)
    {
        var parts = new EngineParts(store, store, store, store, store, store, store, [channel], TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        var engine = await HeraldEngine.StartAsync(parts, Options, default);
        _ = engine.Failed.ContinueWith(failed => channel.Fail(failed.Exception!), default, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return new(store, engine);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Store.DisposeAsync();
    }
}
