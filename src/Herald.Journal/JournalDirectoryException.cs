namespace Herald.Journal;

/// <summary>The directory of a journal, or of a copy of one, is open to everybody.</summary>
public sealed class JournalDirectoryException(string message) : IOException(message);
