using System.Globalization;
using System.Net.Http.Headers;
using Herald.Cli.Benching.Loading;
using Herald.Cli.Receiving;

namespace Herald.Cli.Benching.Delivering;

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

    public HttpRequestMessage ToRequest()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Target) { Content = new ByteArrayContent(Body) };
        request.Content.Headers.ContentType = Json;
        var headers = request.Headers;
        headers.TryAddWithoutValidation("webhook-id", MessageId);
        headers.TryAddWithoutValidation("webhook-timestamp", Timestamp);
        headers.TryAddWithoutValidation("webhook-signature", Signature);
        headers.TryAddWithoutValidation("herald-topic", PublishShape.Topic);
        headers.TryAddWithoutValidation("herald-event-id", "001-000000000001");
        headers.TryAddWithoutValidation("herald-key", "key-001");
        headers.TryAddWithoutValidation("herald-sequence", "10001");
        headers.TryAddWithoutValidation("herald-attempt", "1");
        headers.TryAddWithoutValidation("User-Agent", "Herald/0.1.0");
        return request;
    }
}
