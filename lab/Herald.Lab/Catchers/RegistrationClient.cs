using Herald.Client;

namespace Herald.Lab.Catchers;

/// <summary>Asks Herald for a customer, sends heartbeats, and releases the customer.</summary>
/// <param name="secret">
/// The handler's own secret. It is sent with every request, because Herald can deliver before its answer arrives.
/// </param>
internal sealed class RegistrationClient(HeraldClient herald, Uri url, string secret, TimeSpan window, TimeProvider time)
{
    public async Task<RegistrationAnswer> RegisterAsync(CancellationToken cancel)
    {
        try
        {
            var request = new RegistrationRequest { Url = url.ToString(), Window = window, Secret = secret };
            var reply = await herald.Orders.RegisterAsync(request, cancel);
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
            var reply = await herald.Orders.HeartbeatAsync(held.Customer, held.Epoch, either.Token);
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
            await herald.Orders.LeaveAsync(held.Customer, held.Epoch, cancel);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            // Herald notices it when the window is over.
        }
    }

    private static RegistrationAnswer Read(Reply<HandlerRegistration> reply) =>
        reply.Value is { } given
            ? new RegistrationAnswer.Given(new(given.CustomerId, given.Epoch, given.Window))
            : new RegistrationAnswer.Refused(reply);

    private static bool IsNoAnswer(Exception failure, CancellationToken cancel) =>
        failure is HttpRequestException || failure is OperationCanceledException && !cancel.IsCancellationRequested;
}
