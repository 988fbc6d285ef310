namespace Herald.Nats.Clusters;

/// <summary>Files with credentials of a client.</summary>
internal static class CredentialFiles
{
    private const string UserSeed = "SU", JwtBegin = "-----BEGIN NATS USER JWT-----", SeedBegin = "-----BEGIN USER NKEY SEED-----";

    /// <summary>Reads the seed of a user's NKey. The file can have other lines, such as the public key or comments.</summary>
    /// <exception cref="InvalidDataException">The file has no seed.</exception>
    public static string ReadSeed(string file) =>
        File.ReadLines(file).Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith(UserSeed, StringComparison.Ordinal))
        ?? throw new InvalidDataException($"The file '{file}' has no seed of a user's NKey: a line that begins with {UserSeed}.");

    /// <exception cref="InvalidDataException">The file is not a credentials file.</exception>
    public static void CheckCredentials(string file)
    {
        var text = File.ReadAllText(file);
        if (!text.Contains(JwtBegin, StringComparison.Ordinal) || !text.Contains(SeedBegin, StringComparison.Ordinal))
            throw new InvalidDataException(
                $"The file '{file}' is not a credentials file: it must contain a user's JWT and the seed of its NKey.");
    }
}
