using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Herald.LocalServers.Push;

/// <summary>
/// A browser that has subscribed. It decrypts messages as RFC 8188 (section 2) and RFC 8291 (section 3) say. The code shares nothing with
/// the code that encrypts them.
/// </summary>
public sealed class FakeBrowser : IDisposable
{
    private const int TagBytes = 16;

    private readonly ECDiffieHellman _key;
    private readonly byte[] _secret;
    private readonly byte[] _point;

    /// <param name="endpoint">Where its push service takes messages for it.</param>
    /// <param name="applicationServerKey">The public key of the only sender that it accepts.</param>
    public FakeBrowser(Uri endpoint, string applicationServerKey)
        : this(endpoint, applicationServerKey, ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256), RandomNumberGenerator.GetBytes(16))
    {
    }

    /// <summary>A browser with a given key, for test vectors. The browser owns the key.</summary>
    public FakeBrowser(Uri endpoint, string applicationServerKey, ECDiffieHellman key, byte[] secret)
    {
        ArgumentNullException.ThrowIfNull(key);
        (Endpoint, ApplicationServerKey, _key, _secret) = (endpoint, applicationServerKey, key, secret);
        var point = key.ExportParameters(false).Q;
        _point = [4, .. point.X!, .. point.Y!];
    }

    public Uri Endpoint { get; }

    public string ApplicationServerKey { get; }

    /// <summary>What <c>PushSubscription.toJSON()</c> gives.</summary>
    public JsonObject Subscription => new()
    {
        ["endpoint"] = Endpoint.AbsoluteUri,
        ["expirationTime"] = null,
        ["keys"] = new JsonObject
        {
            ["p256dh"] = Base64Url.EncodeToString(_point),
            ["auth"] = Base64Url.EncodeToString(_secret),
        },
    };

    public static ECDiffieHellman KeyOf(string privateKey, string publicKey)
    {
        var point = Base64Url.DecodeFromChars(publicKey);
        return ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = Base64Url.DecodeFromChars(privateKey),
            Q = new ECPoint { X = point[1..33], Y = point[33..] },
        });
    }

    /// <exception cref="CryptographicException">The message is not for this browser, or was changed.</exception>
    public byte[] Decrypt(byte[] body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var senderPoint = body[21..(21 + body[20])];
        using var sender = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = senderPoint[1..33], Y = senderPoint[33..65] },
        });
        var shared = _key.DeriveRawSecretAgreement(sender.PublicKey);
        var secretKey = HMACSHA256.HashData(_secret, shared);
        var key = HMACSHA256.HashData(secretKey, (byte[])[.. "WebPush: info"u8, 0, .. _point, .. senderPoint, 1]);
        return DecryptContent(key, body);
    }

    /// <summary>The content coding <c>aes128gcm</c> with any number of records.</summary>
    public static byte[] DecryptContent(byte[] key, byte[] body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var salt = body[..16];
        var recordSize = (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(16));
        var records = body.AsSpan(21 + body[20]);
        var pseudorandom = HMACSHA256.HashData(salt, key);
        var contentKey = HMACSHA256.HashData(pseudorandom, (byte[])[.. "Content-Encoding: aes128gcm"u8, 0, 1])[..16];
        var nonceBase = HMACSHA256.HashData(pseudorandom, (byte[])[.. "Content-Encoding: nonce"u8, 0, 1])[..12];
        using var cipher = new AesGcm(contentKey, TagBytes);
        var content = new List<byte>();
        for (var number = 0; ; number++)
        {
            var record = records[..Math.Min(recordSize, records.Length)];
            records = records[record.Length..];
            var nonce = nonceBase.ToArray();
            BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(8), BinaryPrimitives.ReadUInt32BigEndian(nonce.AsSpan(8)) ^ (uint)number);
            var plain = new byte[record.Length - TagBytes];
            cipher.Decrypt(nonce, record[..plain.Length], record[plain.Length..], plain);
            // Zeros fill a record up; before them stands 1, or 2 in the last record.
            var end = plain.AsSpan().LastIndexOfAnyExcept((byte)0);
            if (end < 0 || plain[end] != (records.Length == 0 ? 2 : 1))
                throw new CryptographicException("The padding is wrong.");
            content.AddRange(plain[..end]);
            if (records.Length == 0)
                return [.. content];
        }
    }

    public void Dispose() => _key.Dispose();
}
