using Herald.Contracts.Stores;

namespace Herald.Journal.Tests;

public sealed class JournalEventLog() : EventLogContract(new JournalHarness());

public sealed class JournalShardStore() : ShardStoreContract(new JournalHarness());

public sealed class JournalRetention() : RetentionContract(new JournalHarness());

public sealed class JournalState() : StateContract(new JournalHarness());

public sealed class JournalCatalog() : CatalogContract(new JournalHarness());

public sealed class JournalDeadLetters() : DeadLetterContract(new JournalHarness());

public sealed class JournalDamage() : DamageContract(new JournalHarness());
