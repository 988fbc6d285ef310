using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Hosting.Text;
using Herald.Hosting.Wire;

namespace Herald.Lab.Catchers;

/// <summary>Asks Herald for a customer, sends heartbeats, and releases the customer.</summary>
/// <param name="secret">
/// The handler's own secret. It is sent with every request, because Herald can deliver before its answer arrives.
/// </param>
internal sealed class RegistrationClient(HeraldClient herald, Uri url, string secret, TimeSpan window, TimeProvider time)
{
    private const string Path = "/v1/orders/registrations";

    public async Task<RegistrationAnswer> RegisterAsync(CancellationToken cancel)
    {
        try
        {
            var reply = await herald.PostAsync(
                Path, new JsonObject { ["url"] = url.ToString(), ["window"] = DurationText.Format(window), ["secret"] = secret }, cancel);
            return reply.Status switch
            {
                200 => Read(reply),
                204 => new RegistrationAnswer.Nobody(),
                409 => new RegistrationAnswer.Raced(),
                408 or 429 or >= 500 => new RegistrationAnswer.Later(),
                _ => new RegistrationAnswer.Refused(reply),
            };
        }
        catch (Exception failure) when (IsNoAnswer(failure, cancel))
        {
            return new RegistrationAnswer.Later();
        }
    }

    /// <returns>Whether the customer is still held; null when Herald did not answer.</returns>
    public async Task<bool?> HeartbeatAsync(Registration held, CancellationToken cancel)
    {
        // An answer that comes after the next heartbeat is due has no use.
        using var patience = new CancellationTokenSource(held.Window / 4, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            var reply = await herald.PutAsync($"{Path}/{held.Customer}", new JsonObject { ["epoch"] = held.Epoch }, either.Token);
            return reply.Succeeded ? true : reply.Status is 404 or 409 ? false : null;
        }
        catch (Exception failure) when (IsNoAnswer(failure, cancel))
        {
            return null;
        }
    }

    public async Task LeaveAsync(Registration held, CancellationToken cancel)
    {
        try
        {
            await herald.DeleteAsync(string.Create(CultureInfo.InvariantCulture, $"{Path}/{held.Customer}?epoch={held.Epoch}"), cancel);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            // Herald notices it when the window is over.
        }
    }

    private static RegistrationAnswer Read(Reply reply) =>
        reply.Body is { } body
        && Guid.TryParse(JsonText.Find(body, "customerId"), out var customer)
        && DurationText.TryParse(JsonText.Find(body, "window") ?? "", out var window)
            ? new RegistrationAnswer.Given(new(customer, JsonText.FindNumber(body, "epoch"), window))
            : new RegistrationAnswer.Refused(reply);

    private static bool IsNoAnswer(Exception failure, CancellationToken cancel) =>
        failure is HttpRequestException || failure is OperationCanceledException && !cancel.IsCancellationRequested;
}
