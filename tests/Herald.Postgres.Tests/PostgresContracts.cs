using Herald.Contracts.Stores;

namespace Herald.Postgres.Tests;

public sealed class PostgresEventLog() : EventLogContract(new PostgresHarness());

public sealed class PostgresShardStore() : ShardStoreContract(new PostgresHarness());

public sealed class PostgresRetention() : RetentionContract(new PostgresHarness());

public sealed class PostgresState() : StateContract(new PostgresHarness());

public sealed class PostgresCatalog() : CatalogContract(new PostgresHarness());

public sealed class PostgresDeadLetters() : DeadLetterContract(new PostgresHarness());

public sealed class PostgresDamage() : DamageContract(new PostgresHarness());
