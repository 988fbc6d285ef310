using Herald.Messages.Providers;
using Herald.Outbound;

namespace Herald.Push;

/// <summary>Sends requests of push services, and notes on the sending how far each came.</summary>
internal sealed class PushSender(HttpSender http)
{
    public AddressGuard Guard => http.Guard;

    public async ValueTask<SendResult> SendAsync<TState>(
        Func<TState, OutboundRequest> create, TState state, Sending sending, TimeSpan timeout, CancellationToken cancel)
    {
        OutboundRequest? request = null;
        // The engine repeats it in another attempt if it may have arrived; here it is never sent twice.
        var rules = new SendRules(timeout) { IsSentOnce = true };
        try
        {
            return await http.SendAsync(given => request = create(given), state, rules, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (request is not null)
        {
            if (PushResults.IsBeforeSending(request.Stage))
                sending.Reached(request.Stage);
            else
                sending.NoteMayHaveArrived();
            throw;
        }
    }
}
