using Herald.Engine.Stores;

namespace Herald.StoreBench.Stores;

/// <summary>A store that a round works with.</summary>
/// <param name="Syncs">How many groups it has made durable so far.</param>
internal sealed record OpenStore(IEventLog Log, Func<long> Syncs, Func<ValueTask> Close) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Close();
}
