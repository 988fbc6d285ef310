using System.Globalization;
using System.Net.Http.Headers;
using Herald.Cli.Benching.Loading;
using Herald.Cli.Receiving;

namespace Herald.Cli.Benching.Delivering;

/// <summary>
/// What .NET's HTTP client alone can send: so many loops that post the same signed webhook, with the headers that Herald sends, again
/// and again. Nothing is read, ordered, decided or saved.
/// </summary>
internal sealed class BareLoop(TimeProvider time) : IDisposable
{
    private const string MessageId = "msg_AAAAAAAAAAAAAAAAAAAAAAAA";
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null });

    public void Dispose() => _http.Dispose();

    public async Task<LoadResult> RunAsync(BareOrder order)
    {
        var body = new byte[NumberedPayload.Bytes];
        NumberedPayload.Write(body, 1, 1);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var message = new Message(order.Target, body, timestamp, new SignatureCheck(order.Secret, time).Sign(MessageId, timestamp, body));
        var began = time.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, order.AtATime).Select(_ => RunAsync(message, began, order.Length)));
        return new(counts.Sum(count => count.Requests), time.GetElapsedTime(began), counts.Sum(count => count.Refused), counts.Sum(count => count.Broken));
    }

    private async Task<(long Requests, long Refused, long Broken)> RunAsync(Message message, long began, TimeSpan length)
    {
        var (requests, refused) = (0L, 0L);
        while (time.GetElapsedTime(began) < length)
        {
            try
            {
                using var request = message.ToRequest();
                using var response = await _http.SendAsync(request, CancellationToken.None);
                requests++;
                if (!response.IsSuccessStatusCode)
                    refused++;
            }
            catch (HttpRequestException)
            {
                return (requests, refused, 1);
            }
        }
        return (requests, refused, 0);
    }

    private sealed record Message(Uri Target, byte[] Body, string Timestamp, string Signature)
    {
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
}
