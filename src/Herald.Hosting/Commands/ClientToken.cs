namespace Herald.Hosting.Commands;

/// <summary>The token that a command sends, from its file.</summary>
internal static class ClientToken
{
    /// <returns>Why the file cannot be used; null when it can.</returns>
    public static string? Read(FileInfo file, out string? token)
    {
        token = null;
        if (!file.Exists)
            return "the file does not exist.";
        try
        {
            token = File.ReadAllText(file.FullName).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "the file cannot be read by this user.";
        }
        return token.Length == 0 ? "the file is empty. It must contain the token."
            : token.Any(c => c is <= ' ' or > '~') ? "the file must contain one token: printable ASCII characters without spaces."
            : null;
    }
}
