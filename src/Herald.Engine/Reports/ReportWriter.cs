using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Reports;

/// <summary>Makes the event of a report.</summary>
internal sealed class ReportWriter(EventEncoder encoder, TimeProvider time)
{
    private const int LongestAnswer = 512, LongestDetail = 1024;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="of">The delivery. It is also the id of its dead letter, if it became one.</param>
    /// <param name="view">The event that was delivered; null when it can no longer be read. Then the report has no key.</param>
    /// <param name="settledAtMs">By the wall clock.</param>
    public NewEvent Write(Topic topic, Subscription subscription, DeadLetterId of, DeliveryReport report, EventView? view, long settledAtMs)
    {
        var payload = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(payload, Json))
            Write(json, subscription, of, report, view, settledAtMs);
        // The number of the subscription, because its name can be as long as an id, and can be used again.
        var id = string.Create(CultureInfo.InvariantCulture, $"{of.Subscription}/{of.Generation}/{of.Shard}/{of.Sequence}");
        // An event without a key has only its id in common with other events about it.
        return view is { } known
            ? Write(
                topic, subscription, report.Kind, id, known.HasKey ? known.Key : known.Id, known.Trace, payload.WrittenSpan, settledAtMs)
            : Write(topic, subscription, report.Kind, id, default, default, payload.WrittenSpan, settledAtMs);
    }

    /// <summary>The report that a subscription was disabled. It is about no event, so its key is the subscription.</summary>
    public NewEvent WriteDisabled(Topic topic, Subscription subscription, AttemptResult last)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var payload = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(payload, Json))
        {
            json.WriteStartObject();
            json.WriteString("subscription", subscription.Id);
            json.WriteString("topic", subscription.Topic);
            json.WriteString("kind", ReportKindNames.Of(ReportKinds.Disabled));
            WriteText(json, "detail", last.Reason, LongestDetail);
            WriteAnswer(json, last);
            json.WriteString("settledAt", TimeText(nowMs));
            json.WriteEndObject();
        }
        var id = string.Create(CultureInfo.InvariantCulture, $"{subscription.Number}/disabled/{subscription.Version}");
        return Write(
            topic, subscription, ReportKinds.Disabled, id, Encoding.UTF8.GetBytes(subscription.Id), default, payload.WrittenSpan, nowMs);
    }

    /// <param name="id">The id without its prefix.</param>
    /// <param name="key">Empty for none.</param>
    private NewEvent Write(
        Topic topic, Subscription subscription, ReportKinds kind, string id, ReadOnlySpan<byte> key, ReadOnlySpan<byte> trace,
        ReadOnlySpan<byte> payload, long settledAtMs)
    {
        var attributes = new AttributeBuffer();
        _ = attributes.Add("subscription"u8, Encoding.UTF8.GetBytes(subscription.Id)); // A name is always a valid value.
        var draft = new EventDraft
        {
            Id = [.. ReportRules.IdPrefix, .. Encoding.UTF8.GetBytes(id)],
            IsEmitted = true,
            Type = Encoding.UTF8.GetBytes(ReportKindNames.Of(kind)),
            Payload = payload,
            TimeMs = settledAtMs,
            Key = key,
            HasKey = !key.IsEmpty,
            Trace = trace,
        };
        var record = new byte[EventEncoder.LengthOf(draft, topic.NameUtf8.Length, attributes.Encoded(), 0)];
        EventEncoder.Write(
            draft, topic.NameUtf8, attributes.Encoded(), attributes.Count, default, time.GetUtcNow().ToUnixTimeMilliseconds(), 0, record);
        return encoder.Index(record, topic.Number);
    }

    private static void Write(
        Utf8JsonWriter json, Subscription subscription, DeadLetterId of, DeliveryReport report, EventView? view, long settledAtMs)
    {
        json.WriteStartObject();
        json.WriteString("subscription", subscription.Id);
        json.WriteString("topic", subscription.Topic);
        if (view is { } known)
        {
            json.WriteString("event", known.Id);
            if (known.HasKey)
                json.WriteString("key", known.Key);
        }
        json.WriteNumber("shard", of.Shard.Value);
        json.WriteNumber("sequence", of.Sequence);
        if (view is { OriginalSequence: > 0 and var original })
            json.WriteNumber("original", original);
        json.WriteString("kind", ReportKindNames.Of(report.Kind));
        WriteText(json, "reason", report.Reason, LongestDetail);
        WriteText(json, "detail", report.Detail, LongestDetail);
        if (report.Last is { } last)
            WriteAnswer(json, last);
        json.WriteNumber("attempts", report.Attempts);
        if (report.FirstAttemptAtMs > 0)
            json.WriteString("firstAttemptAt", TimeText(report.FirstAttemptAtMs));
        json.WriteString("settledAt", TimeText(settledAtMs));
        if (report.Last is { RecipientGone: true })
            json.WriteBoolean("recipientGone", true);
        if (report.Kind == ReportKinds.Exhausted)
            json.WriteString("deadLetter", of.ToText());
        json.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter json, AttemptResult last)
    {
        WriteText(json, "answer", last.Answer, LongestAnswer);
        if (last.StatusCode is { } status)
            json.WriteNumber("statusCode", status);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text, int mostBytes)
    {
        if (text.Length > 0)
            json.WriteString(name, Cut(text, mostBytes));
    }

    private static string Cut(string text, int mostBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= mostBytes)
            return text;
        var (cut, bytes) = (new StringBuilder(), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if ((bytes += rune.Utf8SequenceLength) > mostBytes)
                break;
            cut.Append(rune.ToString());
        }
        return cut.ToString();
    }

    private static string TimeText(long atMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(atMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
