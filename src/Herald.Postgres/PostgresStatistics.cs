namespace Herald.Postgres;

/// <summary>The figures of one node's store at one moment, for metrics.</summary>
/// <param name="Waiting">Events that wait for a transaction.</param>
/// <param name="Commits">Transactions that saved progress, of one or many shards.</param>
/// <param name="Failures">Calls that the database did not answer.</param>
/// <param name="Periods">Tables of events.</param>
public sealed record PostgresStatistics(
    long Appends, long AppendedEvents, int Waiting, long Commits, long Failures, int Nodes, int Periods, bool IsFull)
{
    /// <summary>Steps of housekeeping that failed and were tried again later.</summary>
    public long HousekeepingFailures { get; init; }

    /// <summary>The number of locked shards by the database process that keeps them locked; process 0 is not known yet.</summary>
    public IReadOnlyDictionary<int, int> Locked { get; init; } = new Dictionary<int, int>();
}
