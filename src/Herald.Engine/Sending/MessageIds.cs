using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Herald.Engine.Events;

namespace Herald.Engine.Sending;

/// <summary>
/// The id a receiver sees: from the subscription and what the publisher named the event by, so that it is the same over attempts,
/// redrives, replays and stores. What publishers have not named is in a space of its own, and what Herald has made itself is named by its place, too:
/// nobody can publish its id first.
/// </summary>
/// <param name="seed">The store's: a receiver that drops what it has seen, as a stream of NATS does, may be open to others, who must not guess an id.</param>
internal sealed class MessageIds(ulong seed)
{
    private const int HashBytes = 18;

    private enum Space : byte
    {
        Given = 1,
        Emitted = 2,
    }

    /// <param name="sequence">The event's own.</param>
    public string Of(string subscriptionId, EventView view, long sequence)
    {
        // Each part is preceded by its length: "ab" + "c" is not "a" + "bc".
        Span<byte> input = stackalloc byte[255 + 255 + 255 + 1024 + 8 + 1 + 8 + 8];
        var length = Encoding.UTF8.GetBytes(subscriptionId, input[2..]);
        input[0] = (byte)length;
        input[1] = (byte)(length >> 8);
        length += 2;
        length = Append(input, length, view.Topic);
        length = Append(input, length, view.Key);
        length = Append(input, length, view.Id);
        if ((view.Flags & EventFlags.Emitted) != 0)
        {
            input[length] = (byte)Space.Emitted;
            BinaryPrimitives.WriteInt64LittleEndian(input[(length + 1)..], view.OriginalSequence > 0 ? view.OriginalSequence : sequence);
            BinaryPrimitives.WriteUInt64LittleEndian(input[(length + 9)..], seed);
            length += 17;
        }
        else if ((view.Flags & EventFlags.Identified) == 0)
        {
            input[length++] = (byte)Space.Given;
        }
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
