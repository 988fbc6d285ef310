using System.Net.Http.Headers;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.Outbound;

namespace Herald.Push.Fcm;

/// <summary>Sends to devices and browsers through Firebase Cloud Messaging (HTTP v1 API).</summary>
internal sealed class FcmProvider(string name, FcmProviderOptions options, AccessTokens tokens, PushSender sender, TimeProvider time)
    : IProvider
{
    private static readonly MediaTypeHeaderValue Json = new("application/json") { CharSet = "utf-8" };

    public string Name => name;

    public ProviderOptions Options => options;

    public async ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sending);
        var budget = Budget.Of(sending, time);
        if (FcmMessage.Refuse(sending.Message) is { } problem)
            return PushResults.Refused(problem);
        if (FcmMessage.ContentBytes(sending.Message) is var bytes && bytes > FcmMessage.MostContentBytes)
            return PushResults.TooLarge(bytes, FcmMessage.MostContentBytes);

        var now = time.GetUtcNow();
        var body = FcmMessage.Write(sending.To!, sending.Message, now, PushContent.LifetimeOf(sending.Message, now, options.Lifetime));
        for (var isSecond = false; ; isSecond = true)
        {
            // A request that was answered with a refusal is not at the service, so what is left is a new try.
            sending.RequestReached(AttemptStage.Connect);
            var token = await tokens.GetAsync(PatienceOf(sending, budget), cancel).ConfigureAwait(false);
            if (token.Failure is { } missing)
                return new(SendCertainty.NotSent, missing);
            var url = UrlOf(token.Account.Project);
            var sent = await sender
                .SendAsync(CreateRequest, (url, body, token.Text!), sending, budget, PushSender.IsError, cancel).ConfigureAwait(false);
            if (sent.Failure is not null)
                return PushResults.OfFailure(sent);
            var answer = sent.Answer;
            if (FcmAnswers.IsTokenRefused(answer) && !isSecond && !budget.IsUsedUp)
            {
                await tokens.RefuseAsync(token, cancel).ConfigureAwait(false);
                continue;
            }
            return Judge(answer, url, sending);
        }
    }

    /// <summary>A little less than what is left, so that the failure can say that it was the token which did not come.</summary>
    private static TimeSpan PatienceOf(Sending sending, in Budget budget)
    {
        var left = sending.Time - budget.Used;
        return left > TimeSpan.Zero ? left * 0.9 : budget.Left;
    }

    private Uri UrlOf(string project) =>
        new($"{options.Url.AbsoluteUri.TrimEnd('/')}/v1/projects/{Uri.EscapeDataString(project)}/messages:send");

    private static ProviderResult Judge(in HttpAnswer answer, Uri url, Sending sending)
    {
        var verdict = FcmAnswers.Judge(answer);
        var result = PushResults.Of(verdict, answer, url, sending);
        return verdict.Meaning == PushMeaning.Throttled
            ? result with { Attempt = result.Attempt with { RetryAfter = answer.RetryAfter ?? FcmAnswers.LeastWait } }
            : result;
    }

    private static OutboundRequest CreateRequest((Uri Url, byte[] Body, string Token) state)
    {
        var request = new OutboundRequest(HttpMethod.Post, state.Url, state.Body);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {state.Token}");
        request.Headers.TryAddWithoutValidation("User-Agent", OutboundRequest.UserAgent);
        request.ContentHeaders.ContentType = Json;
        return request;
    }
}
