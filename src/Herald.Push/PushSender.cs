using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.Outbound;

namespace Herald.Push;

/// <summary>Sends the requests of one provider, and notes on each sending how far it came.</summary>
internal sealed class PushSender(HttpSender http)
{
    public AddressGuard Guard => http.Guard;

    /// <param name="needsBody">Whether the body of an answer with this status says what the answer means.</param>
    public ValueTask<SendResult> SendAsync<TState>(
        Func<TState, OutboundRequest> create, TState state, Sending sending, Budget budget, Func<int, bool> needsBody,
        CancellationToken cancel)
    {
        // What was sent before has been answered, so that the service does not have the message.
        sending.RequestReached(AttemptStage.Connect);
        // The engine repeats it in another attempt if it may have arrived; here it is never sent twice.
        var rules = new SendRules(budget.Left) { IsSentOnce = true, NeedsBody = needsBody };
        return http.SendAsync(CreateAndNote, state, rules, cancel);

        OutboundRequest CreateAndNote(TState given)
        {
            var request = create(given);
            request.OnStage = sending.RequestReached;
            return request;
        }
    }

    /// <summary>Errors are explained in the body, and a success needs no words.</summary>
    public static bool IsError(int status) => status is < 200 or >= 300;
}
