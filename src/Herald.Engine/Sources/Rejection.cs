using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Herald.Engine.Events;
using Herald.Engine.Publishing;

namespace Herald.Engine.Sources;

/// <summary>
/// Writes a message that is no event as an entry of the log that nobody is sent: the owner of its shard makes a dead letter of it. So it is
/// as durable as its batch, is told once however often it is read, and needs no store of its own. Reused from message to message.
/// </summary>
internal sealed class Rejection(int maxPayloadBytes)
{
    /// <summary>The reason that its dead letter has.</summary>
    public const string Reason = "not-understood";

    /// <summary>Says why in a sentence.</summary>
    public const string ReasonAttribute = "reason";

    private const int LongestReason = 1024;

    private readonly AttributeBuffer _attributes = new();
    private readonly byte[] _id = new byte[IntakeOptions.MaxIdBytes], _text = new byte[LongestReason];

    /// <param name="payload">Cut to what an event may carry.</param>
    /// <param name="timeMs">The message's own. One that no event may have stays a part of the id alone.</param>
    public EventDraft Of(in SourcePlace place, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, long? timeMs, string reason)
    {
        _attributes.Clear();
        Add("source"u8, place.Stream);
        Add("partition"u8, place.Partition.ToString(CultureInfo.InvariantCulture));
        Add("offset"u8, place.Offset.ToString(CultureInfo.InvariantCulture));
        if (payload.Length > maxPayloadBytes)
            reason = string.Create(CultureInfo.InvariantCulture, $"{reason} (Of its {payload.Length} bytes the first {maxPayloadBytes} are kept here.)");
        Add("reason"u8, reason);
        if (!key.IsEmpty && key.Length <= 255 && Utf8.IsValid(key))
            _ = _attributes.Add("key"u8, key);
        return new EventDraft
        {
            Id = place.WriteId(timeMs, _id),
            HasId = true,
            ContentType = "application/octet-stream"u8,
            Payload = payload[..Math.Min(payload.Length, maxPayloadBytes)],
            TimeMs = timeMs is { } given && EventTime.IsPossible(given) ? given : null,
            Attributes = _attributes,
            IsRejected = true,
        };
    }

    // Never refused: names are given once, and all of it is well within the bound. What is cut is cut between characters.
    private void Add(ReadOnlySpan<byte> name, string value)
    {
        _ = Utf8.FromUtf16(value, _text, out _, out var used, replaceInvalidSequences: true);
        _ = _attributes.Add(name, _text.AsSpan(0, used));
    }
}
