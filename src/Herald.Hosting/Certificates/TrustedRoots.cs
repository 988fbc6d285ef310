using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Herald.Hosting.Text;

namespace Herald.Hosting.Certificates;

/// <summary>The certificates that may sign a server's certificate.</summary>
public static class TrustedRoots
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>
    /// Reads the file. A client that stays reads it at every connection, so that it can be replaced. Null for the certificates that the
    /// system trusts.
    /// </summary>
    /// <exception cref="InvalidDataException">The file cannot be read, or contains no certificates.</exception>
    public static X509ChainPolicy? Read(string? file)
    {
        if (file is null)
            return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        // A private authority signs certificates of clients too, and one of these must not pass as a server.
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (
            failure is CryptographicException or UnauthorizedAccessException or IOException or ArgumentException)
        {
            throw new InvalidDataException($"The CA file {file} cannot be read: {FileReason.Of(failure)}.", failure);
        }
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new InvalidDataException($"The CA file {file} contains no certificates in PEM.");
    }
}
