namespace Herald.Server;

/// <summary>Sources: each may take its time to hand over what it has read, and a stop has to wait for the slowest alone.</summary>
internal sealed class Together : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];

    public void Add(IAsyncDisposable part) => _parts.Add(part);

    public async ValueTask DisposeAsync() => await Task.WhenAll(_parts.Select(part => part.DisposeAsync().AsTask()));
}
