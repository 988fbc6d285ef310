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
            throw new JournalDirectoryException($"'{directory}' has the mode {Text(mode)}: anybody on this machine may write to it. Run `chmod 700 '{directory}'`, or name a directory in it.");
        if ((mode & (Group | Others)) != 0)
            notice($"'{directory}' has the mode {Text(mode)}: others than its owner may look into it. Its files are for their owner only. Run `chmod 700 '{directory}'`.");
    }

    private static string Text(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
