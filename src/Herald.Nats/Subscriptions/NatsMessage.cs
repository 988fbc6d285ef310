using System.Buffers;
using System.Text;
using Herald.Nats.Wire;

namespace Herald.Nats.Subscriptions;

/// <summary>A message that has come: one piece of memory, of which strings are made when somebody wants them.</summary>
public sealed class NatsMessage
{
    private readonly byte[] _bytes;
    private readonly int _reply, _headers, _payload;
    private string? _subject;

    private NatsMessage(byte[] bytes, int reply, int headers, int payload) => (_bytes, _reply, _headers, _payload) = (bytes, reply, headers, payload);

    public string Subject => _subject ??= Encoding.UTF8.GetString(SubjectBytes);
    public ReadOnlySpan<byte> SubjectBytes => _bytes.AsSpan(0, _reply);

    /// <summary>Lives as long as the message.</summary>
    public ReadOnlyMemory<byte> KeptSubject => _bytes.AsMemory(0, _reply);

    /// <summary>Where an answer is expected; empty for none.</summary>
    public ReadOnlySpan<byte> ReplyToBytes => _bytes.AsSpan(_reply, _headers - _reply);
    public string? ReplyTo => ReplyToBytes.IsEmpty ? null : Encoding.UTF8.GetString(ReplyToBytes);

    public MessageHeaders Headers => new(_bytes.AsMemory(_headers, _payload - _headers));
    public ReadOnlyMemory<byte> Payload => _bytes.AsMemory(_payload);

    /// <summary>Of memory.</summary>
    public int Size => _bytes.Length;

    public static NatsMessage Copy(in Frame frame)
    {
        var reply = frame.Subject.Length;
        var headers = reply + frame.ReplyTo.Length;
        var bytes = GC.AllocateUninitializedArray<byte>(headers + (int)frame.Body.Length);
        frame.Subject.CopyTo(bytes);
        frame.ReplyTo.CopyTo(bytes.AsSpan(reply));
        frame.Body.CopyTo(bytes.AsSpan(headers));
        return new(bytes, reply, headers, headers + frame.HeaderBytes);
    }
}
