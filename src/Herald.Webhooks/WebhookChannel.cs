using Herald.Engine.Channels;
using Herald.Outbound;

namespace Herald.Webhooks;

/// <summary>
/// Delivers events as signed HTTP POST requests (Standard Webhooks). <see cref="HttpSender"/> tells the steps of a request.
/// </summary>
public sealed class WebhookChannel : IChannel
{
    private readonly HttpSender _sender;
    private readonly TimeProvider _time;
    private readonly Func<Attempt, OutboundRequest> _create;
    private TimestampText _timestamp = new(0);

    public WebhookChannel(HttpSender sender, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(time);
        _sender = sender;
        _time = time;
        _create = CreateRequest;
    }

    public IReadOnlyList<string> Schemes { get; } = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];

    public SecretRules? Secret => SigningSecret.Rules;

    public string? Refuse(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return EndpointRules.Refuse(address, _sender.Guard);
    }

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        // The content type is rejected, not changed.
        if (!HeaderText.IsPlain(attempt.Event.ContentType))
            return new(Unsendable);
        // Receivers recognize a repeat by its message id, so a request can be sent again.
        var sending = _sender.SendAsync(_create, attempt, new SendRules(attempt.Subscription.Limits.Timeout), cancel);
        return JudgeAsync(sending, attempt.Subscription.Endpoint.Address);
    }

    private static AttemptResult Unsendable { get; } = new()
    {
        Outcome = AttemptOutcome.Rejected,
        Stage = AttemptStage.Guard,
        Reason = "the event's content type cannot be written in a header",
    };

    private OutboundRequest CreateRequest(Attempt attempt)
    {
        var now = _time.GetUtcNow();
        var timestamp = TimestampOf(now);
        var signature = WebhookSignature.Of(attempt.Secrets, attempt.MessageId, timestamp, attempt.Event.Payload.Span, now);
        var request = new OutboundRequest(HttpMethod.Post, attempt.Subscription.Endpoint.Address, attempt.Event.Payload);
        WebhookHeaders.Write(request.Headers, attempt, timestamp, signature);
        WebhookHeaders.WriteContentType(request.ContentHeaders, attempt.Event.ContentType);
        return request;
    }

    /// <summary>The attempt is no parameter, because it would be copied to the heap once more.</summary>
    private static async ValueTask<AttemptResult> JudgeAsync(ValueTask<SendResult> sending, Uri endpoint)
    {
        var sent = await sending.ConfigureAwait(false);
        return sent.Failure ?? Judge(sent.Answer, endpoint);
    }

    private static AttemptResult Judge(in HttpAnswer answer, Uri endpoint)
    {
        var status = answer.Status;
        return new AttemptResult
        {
            Outcome = answer.IsSuccess ? AttemptOutcome.Delivered : status == 410 ? AttemptOutcome.EndpointGone : AttemptOutcome.Failed,
            Stage = AttemptStage.Response,
            StatusCode = status,
            Reason = answer.IsSuccess
                ? ""
                : $"{EndpointName.Of(endpoint)} answered {status}{(status is >= 300 and < 400 ? ": redirects are not followed" : "")}",
            RetryAfter = answer.RetryAfter,
            EndpointTroubled = status is 429 or 503,
            Duration = answer.Duration,
            Answer = answer.Body,
        };
    }

    private string TimestampOf(DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        var cached = _timestamp;
        if (cached.Seconds != seconds)
            _timestamp = cached = new TimestampText(seconds);
        return cached.Text;
    }

    /// <summary>Shared by all attempts within one second.</summary>
    private sealed class TimestampText(long seconds)
    {
        public readonly long Seconds = seconds;
        public readonly string Text = HeaderText.Number(seconds);
    }
}
