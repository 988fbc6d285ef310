using System.Buffers.Text;
using Herald.Nats.Messages;

namespace Herald.Nats.JetStream;

/// <summary>What a server says to a pull beside its messages.</summary>
/// <param name="IsHeartbeat">It is there, and waits.</param>
/// <param name="IsEnd">It has nothing more to one pull. With neither, it cannot serve any.</param>
/// <param name="Left">Messages that were asked for by that pull, and do not come; null when it does not say.</param>
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
            409 when Begins(text, "Message Size Exceeds MaxBytes") || Begins(text, "Batch Completed") => new(false, true, LeftOf(headers), text),
            503 => new(false, false, null, "Nobody answers."),
            _ => new(false, false, null, text),
        };
    }

    private static bool Begins(string text, string words) => text.StartsWith(words, StringComparison.OrdinalIgnoreCase);

    private static int? LeftOf(MessageHeaders headers) =>
        headers.TryFind("Nats-Pending-Messages"u8, out var value) && Utf8Parser.TryParse(value, out int left, out _) ? left : null;
}
