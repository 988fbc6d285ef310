using System.Globalization;
using System.Text.Unicode;
using Herald.Engine.Basics;

namespace Herald.Engine.Events;

/// <summary>
/// The draft of a message that is not an event. It becomes an entry of the log that no subscription receives; the owner of its shard makes a
/// dead letter of it.
/// </summary>
/// <remarks>
/// The entry is as durable as its batch, becomes one dead letter however often it is read, and needs no store of its own. One object serves
/// many messages.
/// </remarks>
internal sealed class RejectedDraft(int maxPayloadBytes, TenantId tenant)
{
    /// <summary>The reason code of its dead letter.</summary>
    public const string Reason = "not-understood";

    /// <summary>The attribute that holds the explanation, a sentence.</summary>
    public const string ReasonAttribute = "reason";

    /// <summary>
    /// The attribute that holds the tenant, outside of the default one. The dead letter needs it, and the topic's number leads to the
    /// tenant only while the topic exists.
    /// </summary>
    public const string TenantAttribute = "tenant";

    private const int LongestReason = 1024;

    private readonly AttributeBuffer _attributes = new();
    private readonly byte[] _id = new byte[IntakeOptions.MaxIdBytes], _text = new byte[LongestReason];

    /// <param name="payload">Cut to the largest payload of an event.</param>
    /// <param name="timeMs">The message's own time. A time that no event can have is used for the id only.</param>
    public EventDraft Of(in SourcePlace place, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, long? timeMs, string reason)
    {
        _attributes.Clear();
        if (!tenant.IsDefault)
            Add("tenant"u8, tenant.ToString());
        Add("source"u8, place.Stream);
        Add("partition"u8, place.Partition.ToString(CultureInfo.InvariantCulture));
        Add("offset"u8, place.Offset.ToString(CultureInfo.InvariantCulture));
        if (payload.Length > maxPayloadBytes)
            reason = string.Create(
                CultureInfo.InvariantCulture,
                $"{reason} (The message has {payload.Length} bytes; the first {maxPayloadBytes} are kept here.)");
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

    // Never refused: each name is given once, and the whole is far below the bound. A text that is too long is cut between characters.
    private void Add(ReadOnlySpan<byte> name, string value)
    {
        _ = Utf8.FromUtf16(value, _text, out _, out var used, replaceInvalidSequences: true);
        _ = _attributes.Add(name, _text.AsSpan(0, used));
    }
}
