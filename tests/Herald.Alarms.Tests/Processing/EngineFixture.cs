using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Subscriptions;
using Herald.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

[assembly: AssemblyFixture(typeof(Herald.Alarms.Tests.Processing.EngineFixture))]

namespace Herald.Alarms.Tests.Processing;

/// <summary>An engine whose catalog and intake are used by batches. No events are appended to it.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"herald-alarms-{Guid.NewGuid():N}");
    private JournalStore? _store;

    public HeraldEngine Engine { get; private set; } = null!;
    public Topic Alarms { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new JournalOptions { Directory = _directory, SegmentBytes = 1 << 20, MinFreeBytes = 0, ShardCount = 4 };
        _store = await JournalStore.OpenAsync(options, TimeProvider.System, null, default);
        var parts = new EngineParts(_store, _store, _store, _store, _store, _store, _store, [], TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        Engine = await HeraldEngine.StartAsync(parts, new EngineOptions(), default);
        Alarms = (await Engine.Catalog.PutTopicAsync(AlarmEvents.Topic, default)).Value!;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
