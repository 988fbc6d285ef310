using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Herald.Nats.Wire;

/// <summary>Writes what a client says.</summary>
public static class FrameWriter
{
    // The word, two numbers, spaces and line ends.
    private const int Overhead = 64;

    /// <summary>At least what it takes.</summary>
    public static int Measure(in OutgoingMessage message) =>
        Overhead + Encoding.UTF8.GetMaxByteCount(message.Subject.Length + (message.ReplyTo?.Length ?? 0)) + message.Bytes;

    /// <summary><c>PUB subject [reply-to] bytes</c>, or <c>HPUB subject [reply-to] bytes-of-headers bytes-of-all</c>; then the bytes.</summary>
    public static void Publish(IBufferWriter<byte> into, in OutgoingMessage message)
    {
        var span = into.GetSpan(Measure(message) - message.Bytes);
        var reply = message.ReplyTo is { } to ? $"{to} " : "";
        int used;
        var written = message.Headers.IsEmpty
            ? Utf8.TryWrite(span, CultureInfo.InvariantCulture, $"PUB {message.Subject} {reply}{message.Payload.Length}\r\n", out used)
            : Utf8.TryWrite(span, CultureInfo.InvariantCulture, $"HPUB {message.Subject} {reply}{message.Headers.Length} {message.Bytes}\r\n", out used);
        if (!written)
            throw new InvalidOperationException("A line is longer than it was measured.");
        into.Advance(used);
        into.Write(message.Headers.Span);
        into.Write(message.Payload.Span);
        into.Write("\r\n"u8);
    }

    public static byte[] Connect(ConnectRequest request) => Encoding.UTF8.GetBytes($"CONNECT {JsonSerializer.Serialize(request, WireJson.Default.ConnectRequest)}\r\n");

    public static byte[] Subscribe(string subject, string? queue, long sid) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"SUB {subject} {(queue is null ? "" : queue + " ")}{sid}\r\n"));

    public static byte[] Unsubscribe(long sid) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"UNSUB {sid}\r\n"));
}
