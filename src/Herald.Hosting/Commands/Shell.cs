namespace Herald.Hosting.Commands;

/// <summary>Command lines that are printed, for people who copy them.</summary>
public static class Shell
{
    /// <summary>The word in quotes if the shell would read it otherwise.</summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@%+,".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
