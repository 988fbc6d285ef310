using System.Buffers;

namespace Herald.Nats.Messages;

/// <summary>A received message. It owns its memory.</summary>
public sealed class NatsMessage
{
    private readonly byte[] _bytes;
    private readonly int _payload;

    private NatsMessage(string subject, string? replyTo, byte[] bytes, int payload) =>
        (Subject, ReplyTo, _bytes, _payload) = (subject, replyTo, bytes, payload);

    public string Subject { get; }

    /// <summary>The subject to which an answer is expected; null when there is none.</summary>
    public string? ReplyTo { get; }

    public MessageHeaders Headers => new(_bytes.AsMemory(0, _payload));
    public ReadOnlyMemory<byte> Payload => _bytes.AsMemory(_payload);

    /// <summary>The bytes that count against the bounds of a subscription.</summary>
    public int Size => _bytes.Length + Subject.Length + (ReplyTo?.Length ?? 0);

    /// <summary>Copies bytes that are valid only during the call.</summary>
    internal static NatsMessage Copy(string subject, string? replyTo, in ReadOnlySequence<byte> headers, in ReadOnlySequence<byte> payload)
    {
        var bytes = GC.AllocateUninitializedArray<byte>((int)(headers.Length + payload.Length));
        headers.CopyTo(bytes);
        payload.CopyTo(bytes.AsSpan((int)headers.Length));
        return new(subject, replyTo, bytes, (int)headers.Length);
    }
}
