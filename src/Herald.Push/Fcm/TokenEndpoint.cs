using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Outbound;
using Herald.Push.Keys;

namespace Herald.Push.Fcm;

/// <summary>Exchanges a statement signed with the key of an account for an access token (RFC 7523).</summary>
internal sealed class TokenEndpoint(HttpSender sender, TimeProvider time)
{
    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";
    private const string Grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private const int MostAnswerBytes = 32 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan StatementLifetime = TimeSpan.FromHours(1);

    private static readonly MediaTypeHeaderValue Form = new("application/x-www-form-urlencoded");

    /// <summary>Every failure is in the answer.</summary>
    public async Task<AccessToken> AskAsync(ServiceAccount account)
    {
        var made = time.GetTimestamp();
        var body = Encoding.ASCII.GetBytes($"grant_type={Uri.EscapeDataString(Grant)}&assertion={Statement(account)}");
        var rules = new SendRules(Patience) { MaxAnswerBytes = MostAnswerBytes, NeedsBody = _ => true };
        try
        {
            var sent = await sender.SendAsync(CreateRequest, (account.TokenUri, body), rules, CancellationToken.None).ConfigureAwait(false);
            if (sent.Failure is { } failure)
                return Failed(account, $"no access token: {failure.Reason}", failure.RetryAfter);
            return Read(account, sent.Answer) with { Made = made };
        }
        catch (ObjectDisposedException)
        {
            return Failed(account, "no access token: the server stops", null);
        }
    }

    private string Statement(ServiceAccount account)
    {
        var now = time.GetUtcNow();
        return Jwt.WithRs256(account.Key, account.KeyId, claims =>
        {
            claims.WriteString("iss", account.Email);
            claims.WriteString("scope", Scope);
            claims.WriteString("aud", account.TokenUri.OriginalString);
            claims.WriteNumber("iat", now.ToUnixTimeSeconds());
            claims.WriteNumber("exp", (now + StatementLifetime).ToUnixTimeSeconds());
        });
    }

    private static OutboundRequest CreateRequest((Uri Url, byte[] Body) state)
    {
        var request = new OutboundRequest(HttpMethod.Post, state.Url, state.Body);
        request.Headers.TryAddWithoutValidation("User-Agent", OutboundRequest.UserAgent);
        request.ContentHeaders.ContentType = Form;
        return request;
    }

    private static AccessToken Read(ServiceAccount account, in HttpAnswer answer)
    {
        var (token, seconds, error) = Parse(answer.Body);
        var name = EndpointName.Of(account.TokenUri);
        if (!answer.IsSuccess)
        {
            var hint = answer.Status is >= 400 and < 500 and not 429 ? $": check the key of {account.Email} and this machine's clock" : "";
            return Failed(account, $"no access token: {name} answered {answer.Status}{error}{hint}", answer.RetryAfter);
        }
        if (token is null || !IsPrintable(token))
            return Failed(account, $"no access token: {name} answered {answer.Status} without a usable access_token", null);
        if (seconds is not > 0)
            return Failed(account, $"no access token: {name} answered with one that has ended (expires_in)", null);
        var lifetime = seconds < Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : Longest;
        return new(account) { Text = token, Lifetime = lifetime };
    }

    private static (string? Token, double Seconds, string Error) Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return (null, 0, "");
            var words = new[] { Text(root, "error"), Text(root, "error_description") }.OfType<string>().ToList();
            // The lifetime is recommended, not required (RFC 6749, section 5.1). Google's tokens live for an hour.
            var seconds = !root.TryGetProperty("expires_in", out var value) ? StatementLifetime.TotalSeconds
                : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : 0;
            return (Text(root, "access_token"), seconds, words.Count == 0 ? "" : $" ({string.Join(": ", words)})");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return (null, 0, "");
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>It becomes a part of a header.</summary>
    private static bool IsPrintable(string token) => token.Length > 0 && token.All(c => c is > ' ' and < '\x7f');

    /// <summary>The message itself was not sent, so the stage is one before sending.</summary>
    private static AccessToken Failed(ServiceAccount account, string reason, TimeSpan? retryAfter)
    {
        var failure = AttemptResult.Troubled(AttemptStage.Connect, ProviderText.OneLine(reason));
        return new(account) { Failure = failure with { RetryAfter = retryAfter } };
    }
}
