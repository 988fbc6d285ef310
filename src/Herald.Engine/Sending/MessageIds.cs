using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Herald.Engine.Events;

namespace Herald.Engine.Sending;

/// <summary>
/// The id a receiver sees: from the subscription and what the publisher named the event by, so that it is the same over attempts,
/// redrives, replays and stores.
/// </summary>
internal static class MessageIds
{
    private const int HashBytes = 18;

    public static string Of(string subscriptionId, EventView view)
    {
        // Each part is preceded by its length: "ab" + "c" is not "a" + "bc".
        Span<byte> input = stackalloc byte[255 + 255 + 255 + 1024 + 16];
        var length = Encoding.UTF8.GetBytes(subscriptionId, input[2..]);
        input[0] = (byte)length;
        input[1] = (byte)(length >> 8);
        length += 2;
        length = Append(input, length, view.Topic);
        length = Append(input, length, view.Key);
        length = Append(input, length, view.Id);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..length], hash);
        return "msg_" + Base64Url.EncodeToString(hash[..HashBytes]);
    }

    private static int Append(Span<byte> input, int at, ReadOnlySpan<byte> part)
    {
        input[at] = (byte)part.Length;
        input[at + 1] = (byte)(part.Length >> 8);
        part.CopyTo(input[(at + 2)..]);
        return at + 2 + part.Length;
    }
}
