namespace Herald.Journal;

/// <summary>An import was interrupted: the directory does not hold a whole store.</summary>
public sealed class JournalUnfinishedException(string directory)
    : IOException($"An import into '{directory}' has not come to its end: what is there is not a whole store. Run `herald import` again, which starts anew, or empty the directory.");
