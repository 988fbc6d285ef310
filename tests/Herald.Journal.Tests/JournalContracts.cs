using Herald.Contracts.Stores;
using Herald.Contracts.Stores.Histories;
using Herald.Journal.Tests.Faults;

namespace Herald.Journal.Tests;

public sealed class JournalEventLog() : EventLogContract(new JournalHarness());

public sealed class JournalSourcePositions() : SourcePositionsContract(new JournalHarness());

public sealed class JournalShardStore() : ShardStoreContract(new JournalHarness());

public sealed class JournalRetention() : RetentionContract(new JournalHarness());

public sealed class JournalState() : StateContract(new JournalHarness());

public sealed class JournalCatalog() : CatalogContract(new JournalHarness());

public sealed class JournalDeadLetters() : DeadLetterContract(new JournalHarness());

public sealed class JournalOwnership() : OwnershipContract(new JournalHarness());

public sealed class JournalDamage() : DamageContract(new JournalHarness());

public sealed class JournalHistories() : HistoryContract(
    new StoreFacts(() => new JournalHarness(options => options with { DeadLetterBytes = 20_000 }), 20_000) { Histories = 2 });

/// <summary>The journal is never closed cleanly: each restart follows a loss of power.</summary>
public sealed class JournalHistoriesWithLossOfPower() : HistoryContract(
    new StoreFacts(() => new JournalHarness(options => options with { DeadLetterBytes = 20_000 }, new FaultyFiles()), 20_000));

/// <summary>The journal is hardly larger than what it always needs.</summary>
public sealed class JournalHistoriesWithoutRoom() : HistoryContract(
    new StoreFacts(
        () => new JournalHarness(options => options with { MaxBytes = 12 * options.SegmentBytes, DeadLetterBytes = 20_000 }), 20_000)
    {
        IsShort = true,
        ContentBytes = 1_500,
    });
