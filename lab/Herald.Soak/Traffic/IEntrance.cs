namespace Herald.Soak.Traffic;

/// <summary>An entrance for events.</summary>
internal interface IEntrance : IAsyncDisposable
{
    string Topic { get; }

    /// <summary>Completes when Herald or a broker has accepted all of them, however long that takes.</summary>
    Task SendAsync(IReadOnlyList<Tale> tales, CancellationToken cancel);
}
