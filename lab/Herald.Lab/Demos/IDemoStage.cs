using Herald.Client;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Demos;

/// <summary>The servers of a demo: one server, or a cluster whose nodes have faults of their own.</summary>
internal interface IDemoStage : IAsyncDisposable
{
    /// <summary>The place where the demo publishes, for people.</summary>
    string Place { get; }

    /// <summary>A client of a running server. A caller that retries must read this property again.</summary>
    HeraldClient Client { get; }

    /// <summary>No server runs any more, so nothing can be delivered.</summary>
    bool HasEnded { get; }

    /// <summary>Carries out the faults of the servers during the load.</summary>
    Task PlayAsync(TimeSpan load, CancellationToken cancel);

    /// <summary>What the faults of the servers cost, in sentences, when the run is over.</summary>
    IReadOnlyList<string> Remarks(LedgerTotals all);

    /// <summary>The name and the state of each server, for the display; empty for a single server.</summary>
    Task<IReadOnlyList<(string Name, string State)>> LookAsync(CancellationToken cancel);
}
