using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Herald.Engine.Events;

namespace Herald.Engine.Sending;

/// <summary>
/// Makes the message id that a receiver sees: a hash of the subscription and of the topic, key and id of the event. It stays the same over
/// attempts, redrives, replays and stores.
/// </summary>
/// <remarks>
/// Events without a publisher's id have an id space of their own. Events that Herald made itself also include their sequence, so that no
/// publisher can publish an event with their message id first.
/// </remarks>
/// <param name="seed">
/// The store's seed. A receiver may drop ids that it has seen, as a NATS stream does, and may be open to other senders. They must not be
/// able to guess an id.
/// </param>
internal sealed class MessageIds(ulong seed)
{
    private const int HashBytes = 18;

    private enum Space : byte
    {
        Given = 1,
        Emitted = 2,
    }

    /// <param name="subscription">Its full name, so that two tenants never share an id.</param>
    /// <param name="sequence">The event's sequence.</param>
    public string Of(string subscription, EventView view, long sequence)
    {
        // A length precedes each part, so that "ab" + "c" differs from "a" + "bc".
        Span<byte> input = stackalloc byte[66 + 255 + 255 + 255 + 1024 + 8 + 1 + 8 + 8];
        var length = Encoding.UTF8.GetBytes(subscription, input[2..]);
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
