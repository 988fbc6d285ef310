using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Herald.Lab.Receivers;

namespace Herald.EndToEnd.Receiving;

/// <summary>A webhook that Herald has sent, to be sent again as it was or changed.</summary>
internal sealed record CopiedWebhook(string Id, string Timestamp, string Signatures, byte[] Body)
{
    public static CopiedWebhook Of(ReceivedWebhook webhook) => new(
        webhook.Id, webhook.Headers["webhook-timestamp"].ToString(), webhook.Headers["webhook-signature"].ToString(), webhook.Body.ToArray());

    /// <summary>The same event, signed at another time by someone who knows the secret.</summary>
    public CopiedWebhook SignedAt(DateTimeOffset time, string secret)
    {
        var timestamp = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{Id}.{timestamp}."), .. Body];
        var hash = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed);
        return this with { Timestamp = timestamp, Signatures = $"v1,{Convert.ToBase64String(hash)}" };
    }

    /// <returns>The status of the answer.</returns>
    public async Task<int> SendAsync(HttpClient http, Uri to, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new ByteArrayContent(Body) };
        request.Headers.TryAddWithoutValidation("webhook-id", Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", Timestamp);
        if (Signatures.Length > 0)
            request.Headers.TryAddWithoutValidation("webhook-signature", Signatures);
        using var answer = await http.SendAsync(request, cancel);
        return (int)answer.StatusCode;
    }
}
