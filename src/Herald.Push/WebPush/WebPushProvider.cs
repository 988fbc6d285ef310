using System.Globalization;
using System.Net.Http.Headers;
using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Outbound;

namespace Herald.Push.WebPush;

/// <summary>Sends to browsers (RFC 8030). The address of each browser names its push service.</summary>
internal sealed class WebPushProvider(
    string name, WebPushProviderOptions options, VapidTokens tokens, PushSender sender, TimeProvider time) : IProvider
{
    private static readonly MediaTypeHeaderValue Bytes = new("application/octet-stream");

    public string Name => name;

    public ProviderOptions Options => options;

    public async ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sending);
        var budget = Budget.Of(sending, time);
        var now = time.GetUtcNow();
        if (!BrowserSubscriptionReader.TryRead(sending.To ?? "", out var browser, out var problem))
            return PushResults.Refused(problem);
        if (sender.Guard.Refuse(browser.Endpoint) is { } guarded)
            return PushResults.Refused(guarded);
        if (browser.ExpiresAt <= now)
            return PushResults.Gone(string.Create(CultureInfo.InvariantCulture, $"it expired at {browser.ExpiresAt:O}"), sending);
        var content = Write(sending.Message);
        if (content.Length > WebPushEncryption.MostContentBytes)
            return PushResults.TooLarge(content.Length, WebPushEncryption.MostContentBytes);

        var lifetime = PushContent.LifetimeOf(sending.Message, now, options.Lifetime);
        var shipment = new Shipment(browser.Endpoint, WebPushEncryption.Encrypt(browser, content), sending.Message, lifetime);
        for (var isSecond = false; ; isSecond = true)
        {
            var token = tokens.For(browser.Endpoint);
            var sent = await sender.SendAsync(CreateRequest, (shipment, token), sending, budget, cancel).ConfigureAwait(false);
            if (sent.Failure is { } failure)
                return Judge(failure);
            var answer = sent.Answer;
            if (WebPushAnswers.IsTokenRefused(answer) && !isSecond && !budget.IsUsedUp && tokens.Renew(browser.Endpoint, token))
                continue;
            return PushResults.Of(WebPushAnswers.Judge(answer), answer, browser.Endpoint, sending);
        }
    }

    /// <summary>What the service worker of a page reads as <c>event.data.json()</c>.</summary>
    internal static byte[] Write(Message message) => PushContent.Write(json =>
    {
        json.WriteString("uuid", message.Id);
        if (message.Subject is not null)
            json.WriteString("title", message.Subject);
        json.WriteString("body", message.Text);
        if (message.Category is not null)
            json.WriteString("category", message.Category);
        json.WriteData(message);
    });

    /// <summary>A name that does not exist, or leads to an address that is not allowed, is the fault of one recipient.</summary>
    private static ProviderResult Judge(AttemptResult failure) => failure.Stage is AttemptStage.Guard or AttemptStage.Resolve
        ? new(SendCertainty.Refused, failure with { EndpointTroubled = false })
        : PushResults.Of(failure);

    private static OutboundRequest CreateRequest((Shipment Shipment, string Token) state)
    {
        var ((endpoint, body, message, lifetime), token) = state;
        var request = new OutboundRequest(HttpMethod.Post, endpoint, body);
        request.Headers.TryAddWithoutValidation("Authorization", token);
        request.Headers.TryAddWithoutValidation("TTL", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("Urgency", UrgencyOf(message.Priority));
        // A repeat replaces a message with the same topic that the browser does not have yet. A topic has at most 32 characters.
        request.Headers.TryAddWithoutValidation("Topic", PushContent.UuidOf(message).ToString("N"));
        request.Headers.TryAddWithoutValidation("User-Agent", OutboundRequest.UserAgent);
        request.ContentHeaders.ContentType = Bytes;
        request.ContentHeaders.ContentEncoding.Add("aes128gcm");
        return request;
    }

    internal static string UrgencyOf(MessagePriority priority) => priority switch
    {
        MessagePriority.Low => "low",
        MessagePriority.Normal => "normal",
        MessagePriority.High => "high",
    };

    private sealed record Shipment(Uri Endpoint, byte[] Body, Message Message, TimeSpan Lifetime);
}
