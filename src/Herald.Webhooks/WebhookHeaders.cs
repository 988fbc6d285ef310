using System.Net.Http.Headers;
using System.Text;
using Herald.Engine.Channels;
using Herald.Outbound;

namespace Herald.Webhooks;

/// <summary>The headers of a webhook: those of Standard Webhooks, and Herald's own.</summary>
internal static class WebhookHeaders
{
    public const string Id = "webhook-id";
    public const string Timestamp = "webhook-timestamp";
    public const string Signature = "webhook-signature";
    public const string Topic = "herald-topic";
    public const string EventId = "herald-event-id";
    public const string EventType = "herald-event-type";
    public const string Key = "herald-key";
    public const string Sequence = "herald-sequence";
    public const string AttemptNumber = "herald-attempt";
    public const string Redelivery = "herald-redelivery";
    public const string TraceParent = "traceparent";

    private const string Json = "application/json";

    public static void Write(HttpRequestHeaders headers, in Attempt attempt, string timestamp, string? signature)
    {
        var view = attempt.Event;
        headers.TryAddWithoutValidation(Id, attempt.MessageId);
        headers.TryAddWithoutValidation(Timestamp, timestamp);
        if (signature is not null)
            headers.TryAddWithoutValidation(Signature, signature);
        headers.TryAddWithoutValidation(Topic, HeaderText.Encode(view.Topic, attempt.Subscription.Topic));
        headers.TryAddWithoutValidation(EventId, HeaderText.Encode(view.Id));
        if (view.HasKey)
            headers.TryAddWithoutValidation(Key, HeaderText.Encode(view.Key));
        if (view.Type is { IsEmpty: false } type)
            headers.TryAddWithoutValidation(EventType, HeaderText.Encode(type));
        AttributesHeader.Write(headers, view);
        headers.TryAddWithoutValidation(Sequence, HeaderText.Number(attempt.Sequence));
        headers.TryAddWithoutValidation(AttemptNumber, HeaderText.Number(attempt.Number));
        if (NameOf(attempt.Redelivery) is { } redelivery)
            headers.TryAddWithoutValidation(Redelivery, redelivery);
        if (HeaderText.IsTrace(view.Trace))
            headers.TryAddWithoutValidation(TraceParent, Encoding.ASCII.GetString(view.Trace));
        headers.TryAddWithoutValidation("User-Agent", OutboundRequest.UserAgent);
    }

    public static void WriteContentType(HttpContentHeaders headers, ReadOnlySpan<byte> contentType)
    {
        if (contentType.IsEmpty)
            return;
        headers.TryAddWithoutValidation(
            "Content-Type", contentType.SequenceEqual("application/json"u8) ? Json : Encoding.ASCII.GetString(contentType));
    }

    private static string? NameOf(Redelivery redelivery) => redelivery switch
    {
        Engine.Channels.Redelivery.None => null,
        Engine.Channels.Redelivery.Replay => "replay",
        Engine.Channels.Redelivery.Redrive => "redrive",
    };
}
