using Herald.Client;

namespace Herald.Lab.Demos;

/// <summary>What a demo runs on: one server, or a cluster whose nodes have troubles of their own.</summary>
internal interface IDemoStage : IAsyncDisposable
{
    /// <summary>Where it publishes to, for people.</summary>
    string Place { get; }

    /// <summary>A client of a server that runs; whoever tries again asks again.</summary>
    HeraldClient Client { get; }

    /// <summary>Nothing can be delivered any more.</summary>
    bool HasEnded { get; }

    /// <summary>What happens to the servers meanwhile.</summary>
    Task PlayAsync(TimeSpan load, CancellationToken cancel);

    /// <summary>A name and a state each, to show; none for a single server.</summary>
    Task<IReadOnlyList<(string Name, string State)>> LookAsync(CancellationToken cancel);
}
