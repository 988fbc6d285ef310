using Herald.Contracts.Stores;
using Herald.Contracts.Stores.Histories;

namespace Herald.Postgres.Tests;

public sealed class PostgresEventLog() : EventLogContract(new PostgresHarness());

public sealed class PostgresSourcePositions() : SourcePositionsContract(new PostgresHarness());

public sealed class PostgresShardStore() : ShardStoreContract(new PostgresHarness());

public sealed class PostgresRetention() : RetentionContract(new PostgresHarness());

public sealed class PostgresState() : StateContract(new PostgresHarness());

public sealed class PostgresCatalog() : CatalogContract(new PostgresHarness());

public sealed class PostgresDeadLetters() : DeadLetterContract(new PostgresHarness());

public sealed class PostgresOwnership() : SharedOwnershipContract(new PostgresHarness(options => options with { ShardCount = 64 }));

/// <summary>Nodes hold no locks and hear no notifications: only heartbeats tell them about each other.</summary>
public sealed class PostgresOwnershipByPolling() : SharedOwnershipContract(
    new PostgresHarness(options => options with { Wake = WakeMode.Poll }));

public sealed class PostgresDamage() : DamageContract(new PostgresHarness());

public sealed class PostgresHistories() : HistoryContract(
    new StoreFacts(() => new PostgresHarness(options => options with { DeadLetterBytes = 20_000 }), DeadLetterBytes: 20_000) { Steps = 1_200 });
