using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Herald.Messages;

namespace Herald.Notifications.Recipients;

/// <summary>
/// The keys of the state entries about recipients. The timers of the application have keys of their own (W, w). A recipient can be longer
/// than a key, so it stands there as 16 bytes of a hash.
/// </summary>
internal static class RecipientKeys
{
    /// <summary>How many suppressed recipients there have ever been in the shard, and how many asks have waited.</summary>
    public static readonly byte[] Listed = "X"u8.ToArray(), Numbered = "N"u8.ToArray();

    public const int ListedInChunk = 64;

    private const int HashBytes = 16;

    public static byte[] Record(RecipientKey recipient) => Of('r', recipient);

    public static byte[] Suppression(RecipientKey recipient) => Of('u', recipient);

    public static byte[] Window(RecipientKey recipient, Destination destination) => [.. Of('v', recipient), (byte)destination];

    /// <summary>An ask that waits.</summary>
    public static byte[] Waiting(long number) => Of('i', number);

    /// <summary>The key of a window that may be of no use when its timer ends.</summary>
    public static byte[] WindowOf(long number) => Of('o', number);

    /// <summary>Suppressed recipients, in the order in which they came.</summary>
    public static byte[] Chunk(long chunk) => Of('x', chunk);

    public static Destination DestinationOf(ReadOnlySpan<byte> window) => (Destination)window[^1];

    private static byte[] Of(char kind, RecipientKey recipient)
    {
        var key = new byte[1 + HashBytes];
        key[0] = (byte)kind;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(recipient.Text), hash);
        hash[..HashBytes].CopyTo(key.AsSpan(1));
        return key;
    }

    private static byte[] Of(char kind, long number)
    {
        var key = new byte[1 + sizeof(long)];
        key[0] = (byte)kind;
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(1), number);
        return key;
    }
}
