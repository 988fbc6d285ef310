using Herald.Email.Smtp;
using Herald.Hosting;
using Herald.Hosting.Certificates;

namespace Herald.Email.Hosting;

/// <summary>
/// Reads the files of the settings once when the server starts, so that a wrong one is not found by the first mail. They are read again
/// for each new connection.
/// </summary>
internal static class EmailFiles
{
    /// <exception cref="ServerStartException">A file cannot be used.</exception>
    public static void Check(string name, EmailProviderOptions options)
    {
        Check(name, "passwordFile", options.PasswordFile, file => SecretFile.Read(file));
        Check(name, "tokenFile", options.TokenFile, file => SecretFile.Read(file));
        Check(name, "caFile", options.CaFile, file => TrustedRoots.Read(file));
    }

    private static void Check(string name, string setting, string? file, Action<string> read)
    {
        if (file is null)
            return;
        try
        {
            read(file);
        }
        catch (InvalidDataException unfit)
        {
            throw new ServerStartException($"email.providers.{name}.{setting}: {unfit.Message}", unfit);
        }
    }
}
