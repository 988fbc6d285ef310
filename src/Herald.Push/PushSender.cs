using Herald.Messages.Providers;
using Herald.Outbound;

namespace Herald.Push;

/// <summary>Sends the requests of one provider, a bounded number at the same time, and notes on each sending how far it came.</summary>
internal sealed class PushSender(HttpSender http, int connections) : IDisposable
{
    private readonly SemaphoreSlim _free = new(connections);

    public AddressGuard Guard => http.Guard;

    public async ValueTask<SendResult> SendAsync<TState>(
        Func<TState, OutboundRequest> create, TState state, Sending sending, Budget budget, CancellationToken cancel)
    {
        await _free.WaitAsync(cancel).ConfigureAwait(false);
        OutboundRequest? request = null;
        try
        {
            // The engine repeats it in another attempt if it may have arrived; here it is never sent twice.
            var rules = new SendRules(budget.Left) { IsSentOnce = true };
            return await http.SendAsync(CreateAndNote, state, rules, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (request is not null)
        {
            if (PushResults.IsBeforeSending(request.Stage))
                sending.Reached(request.Stage);
            else
                sending.NoteMayHaveArrived();
            throw;
        }
        finally
        {
            _free.Release();
        }

        OutboundRequest CreateAndNote(TState given)
        {
            request = create(given);
            request.OnSending = sending.NoteMayHaveArrived;
            return request;
        }
    }

    public void Dispose() => _free.Dispose();
}
