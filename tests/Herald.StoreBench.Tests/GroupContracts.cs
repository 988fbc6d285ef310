using Herald.Contracts.Stores;
using Herald.StoreBench.Rocks;
using Herald.StoreBench.Sqlite;

namespace Herald.StoreBench.Tests;

/// <summary>The rules of a log that the journal keeps. So the bench compares stores that do the same.</summary>
public sealed class RocksEventLog() : EventLogContract(new GroupHarness(directory => new RocksTables(directory)));

/// <inheritdoc cref="RocksEventLog"/>
public sealed class SqliteEventLog() : EventLogContract(new GroupHarness(directory => new SqliteTables(directory)));
