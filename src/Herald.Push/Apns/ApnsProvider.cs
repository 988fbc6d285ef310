using System.Net.Http.Headers;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Outbound;

namespace Herald.Push.Apns;

/// <summary>Sends to Apple's devices over HTTP/2.</summary>
internal sealed class ApnsProvider(string name, ApnsProviderOptions options, ProviderTokens tokens, PushSender sender, TimeProvider time)
    : IProvider
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public string Name => name;

    public ProviderOptions Options => options;

    public async ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sending);
        var budget = Budget.Of(sending, time);
        var body = ApnsMessage.Write(sending.Message);
        if (body.Length > ApnsMessage.MostBytes)
            return PushResults.TooLarge(body.Length, ApnsMessage.MostBytes);

        var url = new Uri($"{options.Url.AbsoluteUri.TrimEnd('/')}/3/device/{sending.To}");
        var now = time.GetUtcNow();
        var expires = ApnsMessage.ExpirationOf(now, PushContent.LifetimeOf(sending.Message, now, options.Lifetime));
        var shipment = new Shipment(url, body, sending.Message, options.Topic, expires);
        for (var isSecond = false; ; isSecond = true)
        {
            var token = tokens.Current();
            var sent = await sender
                .SendAsync(CreateRequest, (shipment, token), sending, budget, PushSender.IsError, cancel).ConfigureAwait(false);
            if (sent.Failure is not null)
                return PushResults.OfFailure(sent);
            var answer = sent.Answer;
            if (ApnsAnswers.IsTokenRefused(answer) && !isSecond && !budget.IsUsedUp
                && await tokens.RenewAsync(token, cancel).ConfigureAwait(false))
                continue;
            return PushResults.Of(ApnsAnswers.Judge(answer), answer, url, sending);
        }
    }

    private static OutboundRequest CreateRequest((Shipment Shipment, string Token) state)
    {
        var ((url, body, message, topic, expires), token) = state;
        var request = new OutboundRequest(HttpMethod.Post, url, body) { NeedsHttp2 = true };
        var id = PushContent.UuidOf(message).ToString("D");
        request.Headers.TryAddWithoutValidation("authorization", token);
        request.Headers.TryAddWithoutValidation("apns-id", id);
        request.Headers.TryAddWithoutValidation("apns-topic", topic);
        request.Headers.TryAddWithoutValidation("apns-push-type", "alert");
        // 10 shows an alert at once; with 5 the device may wait for its battery's sake.
        request.Headers.TryAddWithoutValidation("apns-priority", message.Priority == MessagePriority.Low ? "5" : "10");
        request.Headers.TryAddWithoutValidation("apns-expiration", expires);
        // A repeat replaces what the device shows with the same id.
        request.Headers.TryAddWithoutValidation("apns-collapse-id", id);
        request.Headers.TryAddWithoutValidation("User-Agent", OutboundRequest.UserAgent);
        request.ContentHeaders.ContentType = Json;
        return request;
    }

    private sealed record Shipment(Uri Url, byte[] Body, Message Message, string Topic, string Expires);
}
