using System.Security.Cryptography;
using System.Text;

namespace Herald.Push.Keys;

/// <summary>Reads private keys of the curve P-256.</summary>
internal static class EcKeys
{
    private const string P256Oid = "1.2.840.10045.3.1.7";

    /// <exception cref="InvalidDataException">The text has no such key.</exception>
    public static ECDsa FromPem(byte[] content)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.UTF8.GetString(content));
            if (key.ExportParameters(true) is { D: not null, Curve.Oid: { Value: P256Oid } or { FriendlyName: "nistP256" } })
                return key;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException("It must contain one private key of the curve P-256, in PEM ('BEGIN PRIVATE KEY').", failure);
        }
        key.Dispose();
        throw new InvalidDataException("It must contain a private key of the curve P-256; it has another key.");
    }

    /// <summary>The public key as one octet string: 4, X, Y.</summary>
    public static byte[] PublicPoint(ECParameters parameters) => [4, .. parameters.Q.X!, .. parameters.Q.Y!];
}
