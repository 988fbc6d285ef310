using System.Buffers.Text;
using Herald.Nats.Messages;

namespace Herald.Nats.JetStream;

/// <summary>A status that a server sends for a request, beside messages.</summary>
/// <param name="IsHeartbeat">The server waits for messages.</param>
/// <param name="IsEnd">The request has ended. If it is neither a heartbeat nor an end, the consumer can serve no requests.</param>
/// <param name="Left">Messages that were requested and do not come; null when the server does not say.</param>
public readonly record struct PullStatus(bool IsHeartbeat, bool IsEnd, int? Left, string Text)
{
    public static PullStatus Of(MessageHeaders headers)
    {
        var (status, text) = (headers.Status, headers.StatusText);
        return status switch
        {
            100 => new(true, false, null, text),
            // No messages; time is up.
            404 or 408 => new(false, true, LeftOf(headers), text),
            409 when Begins(text, "Message Size Exceeds MaxBytes")
                || Begins(text, "Batch Completed") => new(false, true, LeftOf(headers), text),
            503 => new(false, false, null, "Nobody answers."),
            _ => new(false, false, null, text),
        };
    }

    private static bool Begins(string text, string words) => text.StartsWith(words, StringComparison.OrdinalIgnoreCase);

    private static int? LeftOf(MessageHeaders headers) =>
        headers.TryFind("Nats-Pending-Messages"u8, out var value) && Utf8Parser.TryParse(value, out int left, out _) ? left : null;
}
