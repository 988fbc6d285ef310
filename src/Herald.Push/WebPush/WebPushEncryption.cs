using System.Security.Cryptography;
using Herald.Push.Keys;

namespace Herald.Push.WebPush;

/// <summary>Encrypts a message for one browser (RFC 8291), so that the push service between cannot read it.</summary>
internal static class WebPushEncryption
{
    /// <summary>Push services must accept a body of this size, and most accept no larger one (RFC 8030, section 7.2).</summary>
    public const int MostBodyBytes = 4096;

    private const int PointBytes = 65, RecordSize = 4096;

    public static int MostContentBytes { get; } = MostBodyBytes - ContentEncryption.Overhead(PointBytes);

    /// <summary>Each message has a key pair and a salt of its own.</summary>
    public static byte[] Encrypt(BrowserSubscription browser, ReadOnlySpan<byte> content)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        Span<byte> salt = stackalloc byte[ContentEncryption.SaltBytes];
        RandomNumberGenerator.Fill(salt);
        return Encrypt(browser, content, own, salt);
    }

    internal static byte[] Encrypt(BrowserSubscription browser, ReadOnlySpan<byte> content, ECDiffieHellman own, ReadOnlySpan<byte> salt)
    {
        var ownPoint = EcKeys.PublicPoint(own.ExportParameters(false));
        using var theirs = ECDiffieHellman.Create(browser.Key);
        using var theirPublic = theirs.PublicKey;
        var shared = own.DeriveRawSecretAgreement(theirPublic);
        byte[] purpose = [.. "WebPush: info\0"u8, .. EcKeys.PublicPoint(browser.Key), .. ownPoint];
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, browser.Secret, purpose);
        return ContentEncryption.Encrypt(key, salt, RecordSize, ownPoint, content);
    }
}
