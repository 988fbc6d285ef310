using System.Text;
using Herald.Engine.Stores;
using Herald.Messages;

namespace Herald.Notifications.Statuses;

/// <summary>The status of one notification.</summary>
internal sealed record Row
{
    public const int MostRecipientBytes = 320, MostWordsBytes = 500, MostWordsOfProcessedBytes = 64, MostReasonBytes = 64;

    /// <summary>Its number in its shard. The book gives it.</summary>
    public long Number { get; init; } = -1;

    public required Guid Uuid { get; init; }

    /// <summary>The hash of the post's canonical content. A post with the same uuid and another hash is a conflict.</summary>
    public required UInt128 Content { get; init; }

    public NotificationStatus Status { get; init; }

    public required Destination Destination { get; init; }

    public bool IsHigh { get; init; }

    /// <summary>Somebody else sends it and tells the result.</summary>
    public bool IsExternal { get; init; }

    public int Attempts { get; init; }

    /// <summary>How many posts came with the same uuid and another content.</summary>
    public int Conflicts { get; init; }

    /// <summary>All times are in Unix milliseconds. This one never falls from one row of a shard to the next.</summary>
    public required long AcceptedAtMs { get; init; }

    public long? NotBeforeMs { get; init; }

    public long? ExpiresMs { get; init; }

    public long? FirstAttemptAtMs { get; init; }

    public long? SettledAtMs { get; init; }

    public long? HandedOverAtMs { get; init; }

    /// <summary>Why it waits; null when it does not wait.</summary>
    public string? Waits { get; init; }

    /// <summary>The recipient, cut to <see cref="MostRecipientBytes"/>; null when the destination's own recipient gets it.</summary>
    public string? Recipient { get; init; }

    /// <summary>The hash of the whole recipient. The book gives it.</summary>
    public ulong RecipientHash { get; init; }

    public string? Reason { get; init; }

    /// <summary>The last answer of the receiver, or the last failure.</summary>
    public string? LastWords { get; init; }

    /// <summary>The dead letter of a FAILED notification, for a redrive.</summary>
    public DeadLetterId? DeadLetter { get; init; }

    /// <summary>The row with texts as long as they are kept, and with a dead letter only while it is FAILED.</summary>
    public Row Fit() => this with
    {
        Recipient = Cut(Recipient, MostRecipientBytes),
        Waits = Cut(Waits, MostReasonBytes),
        Reason = Cut(Reason, MostReasonBytes),
        LastWords = Cut(LastWords, Status == NotificationStatus.Processed ? MostWordsOfProcessedBytes : MostWordsBytes),
        DeadLetter = Status == NotificationStatus.Failed ? DeadLetter : null,
    };

    /// <summary>The longest beginning of whole characters that has at most so many bytes in UTF-8.</summary>
    public static string? Cut(string? text, int mostBytes)
    {
        if (text is null || Encoding.UTF8.GetByteCount(text) <= mostBytes)
            return text;
        var (length, bytes) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > mostBytes)
                break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length];
    }
}
