namespace Herald.Journal;

/// <summary>An import was interrupted: the directory does not hold a whole store.</summary>
public sealed class JournalUnfinishedException(string directory)
    : IOException(
        $"An import into '{directory}' did not finish, so the store there is not complete. Run `herald import` again, which starts "
            + "from the beginning, or empty the directory.");
