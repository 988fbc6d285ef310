namespace Herald.Server;

/// <summary>
/// The sources, stopped in parallel. A source can need time to hand over what it has read, so a stop waits only as long as the slowest one
/// needs.
/// </summary>
internal sealed class Together : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];

    public void Add(IAsyncDisposable part) => _parts.Add(part);

    public async ValueTask DisposeAsync() => await Task.WhenAll(_parts.Select(part => part.DisposeAsync().AsTask()));
}
