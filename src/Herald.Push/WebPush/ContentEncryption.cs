using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Herald.Push.WebPush;

/// <summary>The content coding <c>aes128gcm</c> (RFC 8188), with one record, as push messages need it (RFC 8291, section 4).</summary>
internal static class ContentEncryption
{
    public const int SaltBytes = 16;

    private const int KeyBytes = 16, NonceBytes = 12, TagBytes = 16, FixedHeaderBytes = SaltBytes + sizeof(int) + 1;

    /// <summary>Ends the content of the last record.</summary>
    private const byte LastRecord = 2;

    /// <summary>What the coding adds to a content.</summary>
    public static int Overhead(int keyIdBytes) => FixedHeaderBytes + keyIdBytes + 1 + TagBytes;

    /// <param name="key">The input keying material.</param>
    /// <param name="recordSize">The largest size of a record. The content must fit into one.</param>
    public static byte[] Encrypt(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, int recordSize, ReadOnlySpan<byte> keyId, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length + 1 + TagBytes, recordSize);
        Span<byte> contentKey = stackalloc byte[KeyBytes], nonce = stackalloc byte[NonceBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, contentKey, salt, "Content-Encoding: aes128gcm\0"u8);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, nonce, salt, "Content-Encoding: nonce\0"u8);

        var body = new byte[content.Length + Overhead(keyId.Length)];
        salt.CopyTo(body);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(SaltBytes), recordSize);
        body[SaltBytes + sizeof(int)] = (byte)keyId.Length;
        keyId.CopyTo(body.AsSpan(FixedHeaderBytes));

        // The number of the first record is 0, so its nonce is the derived one.
        var record = body.AsSpan(FixedHeaderBytes + keyId.Length);
        byte[] plain = [.. content, LastRecord];
        using var cipher = new AesGcm(contentKey, TagBytes);
        cipher.Encrypt(nonce, plain, record[..plain.Length], record[plain.Length..]);
        return body;
    }
}
