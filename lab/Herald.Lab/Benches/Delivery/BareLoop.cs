using Herald.Lab.Benches.Load;

namespace Herald.Lab.Benches.Delivery;

/// <summary>
/// The sending rate of .NET's HTTP client alone: concurrent loops post the same signed webhook, with the headers that Herald sends. They
/// read, order, decide and save nothing.
/// </summary>
internal sealed class BareLoop(TimeProvider time) : IDisposable
{
    private readonly HttpMessageInvoker _http = BareWebhook.NewClient();

    public void Dispose() => _http.Dispose();

    public async Task<LoadResult> RunAsync(BareOrder order)
    {
        var body = new byte[NumberedPayload.Bytes];
        NumberedPayload.Write(body, 1, 1);
        var message = BareWebhook.Signed(order.Target, body, order.Secret, time);
        var began = time.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, order.AtATime).Select(_ => RunAsync(message, began, order.Length)));
        return new(
            counts.Sum(count => count.Requests), time.GetElapsedTime(began), counts.Sum(count => count.Refused),
            counts.Sum(count => count.Broken));
    }

    private async Task<(long Requests, long Refused, long Broken)> RunAsync(BareWebhook message, long began, TimeSpan length)
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
}
