using Herald.Contracts.Stores;

namespace Herald.Journal.Tests;

public sealed class JournalEventLog() : EventLogContract(new JournalHarness());
