namespace Herald.Journal;

/// <summary>Every user of the machine can write to the directory of a journal, or of a copy of one.</summary>
public sealed class JournalDirectoryException(string message) : IOException(message);
