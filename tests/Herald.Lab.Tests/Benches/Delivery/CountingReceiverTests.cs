using System.Globalization;
using Herald.Lab.Benches.Delivery;
using Herald.Lab.Receivers;
using Xunit;

namespace Herald.Lab.Tests.Benches.Delivery;

/// <summary>The receiver of benches also judges what comes. It must notice every fault.</summary>
public sealed class CountingReceiverTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly SignatureCheck Signer = new(Secret, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_tells_what_is_new_repeated_out_of_order_refused_and_damaged()
    {
        await using var receiver = await CountingReceiver.StartAsync(Secret, subscriptions: 2, TimeProvider.System, Cancel);
        using var http = new HttpClient { BaseAddress = receiver.Address };
        await SendAsync(http, "0", Payload(7, 1));
        await SendAsync(http, "1", Payload(7, 1));
        await SendAsync(http, "0", Payload(7, 3));
        Assert.Null(receiver.State().Complaint);

        await SendAsync(http, "0", Payload(7, 2));
        await SendAsync(http, "0", Payload(7, 2));
        await SendAsync(http, "1", "{}"u8.ToArray());
        await SendAsync(http, "1", Payload(7, 2), signature: "v1,AAAA");
        await SendAsync(http, "2", Payload(1, 1));
        await SendAsync(http, "2", Payload(1, 1));
        Assert.Equal(
            new ReceiverState(Herald: 4, Repeated: 1, OutOfOrder: 1, LastAt: 0, Limit: 2, Refused: 1, LastRefusal: "no signature matches", Damaged: 1),
            receiver.State() with { LastAt = 0 });
    }

    private static byte[] Payload(int key, long number)
    {
        var payload = new byte[NumberedPayload.Bytes];
        NumberedPayload.Write(payload, key, number);
        return payload;
    }

    private static async Task SendAsync(HttpClient http, string path, byte[] body, string? signature = null)
    {
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Headers.Add("webhook-id", "msg_1");
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", signature ?? Signer.Sign("msg_1", timestamp, body));
        using var answer = await http.SendAsync(request, Cancel);
    }
}
