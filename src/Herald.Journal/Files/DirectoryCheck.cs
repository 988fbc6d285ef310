namespace Herald.Journal.Files;

/// <summary>
/// Checks whether an existing directory is as private as one that Herald creates. The files in it are readable by their owner only in any
/// case, but a user with write access to the directory could replace them.
/// </summary>
internal static class DirectoryCheck
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    /// <exception cref="JournalDirectoryException">Every user can write to the directory.</exception>
    public static void Check(IJournalFiles files, string directory, Action<string> notice)
    {
        var mode = files.ModeOf(directory);
        if ((mode & UnixFileMode.OtherWrite) != 0)
            throw new JournalDirectoryException(
                $"'{directory}' has the mode {Text(mode)}: every user of this machine can write to it. Run `chmod 700 "
                    + $"'{directory}'`, or use a directory inside it.");
        if ((mode & (Group | Others)) != 0)
            notice(
                $"'{directory}' has the mode {Text(mode)}: users other than its owner can look into it. The files in it are for the "
                    + $"owner only. Run `chmod 700 '{directory}'`.");
    }

    private static string Text(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
