namespace Herald.Postgres;

/// <summary>A look at the store of one node at one moment, for metrics.</summary>
/// <param name="Waiting">Events that wait for a transaction.</param>
/// <param name="Commits">Transactions that saved progress, of one or many shards.</param>
/// <param name="Failures">Calls that the database did not answer.</param>
/// <param name="Periods">Tables of events.</param>
public sealed record PostgresStatistics(long Appends, long AppendedEvents, int Waiting, long Commits, long Failures, int Nodes, int Periods, bool IsFull);
