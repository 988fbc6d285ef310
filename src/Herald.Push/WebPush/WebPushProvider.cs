using System.Globalization;
using System.Net.Http.Headers;
using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Outbound;

namespace Herald.Push.WebPush;

/// <summary>Sends to browsers (RFC 8030). The address of each browser names its push service.</summary>
/// <remarks>
/// Recipients choose the service. So what one service does is never the trouble of the provider, and each service has places of its own.
/// </remarks>
internal sealed class WebPushProvider(
    string name, WebPushProviderOptions options, VapidTokens tokens, PushSender sender, TimeProvider time) : IProvider
{
    private readonly ServicePlaces _places = new(options.Connections);

    private static readonly MediaTypeHeaderValue Bytes = new("application/octet-stream");

    public string Name => name;

    public ProviderOptions Options => options;

    public bool RecipientsChooseService => true;

    public async ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sending);
        var budget = Budget.Of(sending, time);
        var now = time.GetUtcNow();
        if (!BrowserSubscriptionReader.TryRead(sending.To ?? "", out var browser, out var problem))
            return PushResults.Refused(problem);
        if (sender.Guard.Refuse(browser.Endpoint) is { } guarded)
            return PushResults.Refused(guarded);
        var content = Write(sending.Message);
        if (content.Length > WebPushEncryption.MostContentBytes)
            return PushResults.TooLarge(content.Length, WebPushEncryption.MostContentBytes);

        var lifetime = PushContent.LifetimeOf(sending.Message, now, options.Lifetime);
        var shipment = new Shipment(browser.Endpoint, WebPushEncryption.Encrypt(browser, content), sending.Message, lifetime);
        sending.WaitsFor($"no free place of {options.Connections} at {EndpointName.Of(browser.Endpoint)} (connections)");
        using var place = await _places.EnterAsync(VapidTokens.AudienceOf(browser.Endpoint), cancel).ConfigureAwait(false);
        var result = await SendAsync(shipment, sending, budget, cancel).ConfigureAwait(false);
        return browser.ExpiresAt <= now && result.Attempt.Outcome != AttemptOutcome.Delivered
            ? result with { Attempt = result.Attempt with { Reason = WithExpiry(result.Attempt.Reason, browser.ExpiresAt.Value) } }
            : result;
    }

    private async ValueTask<ProviderResult> SendAsync(Shipment shipment, Sending sending, Budget budget, CancellationToken cancel)
    {
        var endpoint = shipment.Endpoint;
        for (var isSecond = false; ; isSecond = true)
        {
            var token = tokens.For(endpoint);
            var sent = await sender
                .SendAsync(CreateRequest, (shipment, token), sending, budget, WebPushAnswers.NeedsBody, cancel).ConfigureAwait(false);
            if (sent.Failure is not null)
                return OfFailure(sent, isOfMessage: sending.Message.To is not null);
            var answer = sent.Answer;
            if (WebPushAnswers.IsTokenRefused(answer) && !isSecond && !budget.IsUsedUp
                && await tokens.RenewAsync(endpoint, token, cancel).ConfigureAwait(false))
                continue;
            return PushResults.Of(WebPushAnswers.Judge(answer), answer, endpoint, sending);
        }
    }

    /// <summary>Only the service knows whether the subscription has ended: this machine's clock can be wrong.</summary>
    private static string WithExpiry(string reason, DateTimeOffset expiresAt) =>
        string.Create(CultureInfo.InvariantCulture, $"{reason}; by its expirationTime, the browser's subscription ended at {expiresAt:O}");

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

    /// <summary>
    /// A service that cannot be reached is the trouble of its recipients. Another provider would call the same service, so it is not used.
    /// </summary>
    /// <param name="isOfMessage">The message names the recipient. Otherwise it is that of the whole subscription.</param>
    private static ProviderResult OfFailure(in SendResult sent, bool isOfMessage) => new(
        sent.MayHaveArrived ? SendCertainty.Unknown : SendCertainty.Refused, sent.Failure! with { EndpointTroubled = !isOfMessage });

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
