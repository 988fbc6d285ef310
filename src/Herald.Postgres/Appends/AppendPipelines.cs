using System.Runtime.InteropServices;
using Herald.Postgres.Connections;

namespace Herald.Postgres.Appends;

/// <summary>Distributes events to the pipelines.</summary>
/// <remarks>
/// Low load goes to one pipeline alone, because few large transactions cost less than many small ones. When more events wait than two
/// transactions take, each pipeline gets shards of its own, so that more cores of the database work.
/// </remarks>
internal sealed class AppendPipelines(Database database, EventAppender appender, int count) : IAsyncDisposable
{
    // The two thresholds are far apart, so that a shard's events rarely change their pipeline.
    private const int SpreadFrom = 2 * AppendPipeline.GroupEvents, GatherBelow = AppendPipeline.GroupEvents / 8;

    private readonly AppendPipeline[] _pipelines = [.. Enumerable.Range(0, count).Select(_ => new AppendPipeline(database, appender))];
    private volatile bool _spreads;

    public int Waiting => _pipelines.Sum(pipeline => pipeline.Waiting);

    public void Add(AppendRequest request)
    {
        var events = request.Events;
        if (Width() is 1)
        {
            var items = new AppendItem[events.Length];
            for (var i = 0; i < items.Length; i++)
                items[i] = new AppendItem(request, i);
            _pipelines[0].Add(items);
            return;
        }
        var parts = new List<AppendItem>?[_pipelines.Length];
        for (var i = 0; i < events.Length; i++)
            (parts[events[i].Shard.Value % parts.Length] ??= []).Add(new AppendItem(request, i));
        for (var i = 0; i < parts.Length; i++)
            if (parts[i] is { } part)
                _pipelines[i].Add(CollectionsMarshal.AsSpan(part));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pipeline in _pipelines)
            await pipeline.DisposeAsync().ConfigureAwait(false);
    }

    private int Width()
    {
        if (_pipelines.Length == 1)
            return 1;
        var waiting = Waiting;
        if (waiting >= SpreadFrom)
            _spreads = true;
        else if (waiting < GatherBelow)
            _spreads = false;
        return _spreads ? _pipelines.Length : 1;
    }
}
