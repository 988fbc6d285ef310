namespace Herald.Soak.Traffic;

/// <summary>A way for events to come in.</summary>
internal interface IEntrance : IAsyncDisposable
{
    string Topic { get; }

    /// <summary>Complete when somebody has given their word for all of them, however long that takes.</summary>
    Task SendAsync(IReadOnlyList<Tale> tales, CancellationToken cancel);
}
