using System.Globalization;
using System.Net.Http.Headers;
using Herald.Lab.Benches.Load;
using Herald.Lab.Receivers;

namespace Herald.Lab.Benches.Delivery;

/// <summary>A webhook with the headers that Herald sends, and .NET's client for it.</summary>
internal sealed record BareWebhook(Uri Target, byte[] Body, string Timestamp, string Signature)
{
    private const string MessageId = "msg_AAAAAAAAAAAAAAAAAAAAAAAA";
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public static HttpMessageInvoker NewClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null });

    public static BareWebhook Signed(Uri target, byte[] body, string secret, TimeProvider time)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new(target, body, timestamp, new SignatureCheck(secret, time).Sign(MessageId, timestamp, body));
    }

    /// <summary>The headers beside those of the content.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; } =
    [
        ("webhook-id", MessageId),
        ("webhook-timestamp", Timestamp),
        ("webhook-signature", Signature),
        ("herald-topic", PublishShape.Topic),
        ("herald-event-id", "001-000000000001"),
        ("herald-key", "key-001"),
        ("herald-sequence", "10001"),
        ("herald-attempt", "1"),
        ("User-Agent", "Herald/0.1.0"),
    ];

    public HttpRequestMessage ToRequest()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Target) { Content = new ByteArrayContent(Body) };
        request.Content.Headers.ContentType = Json;
        foreach (var (name, value) in Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
