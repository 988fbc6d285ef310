using Herald.Engine.Channels;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Traces;

/// <summary>Reports an attempt as a receiver sees it, and its end.</summary>
internal sealed class Requests(Teller teller)
{
    /// <summary>The values of a request that are needed after its event is no longer available.</summary>
    public sealed record Request(string Number, string Subscription, string Topic, string? Key, string Id, string Sequence);

    public Request OnBegun(SimProcess sender, in Attempt attempt)
    {
        var view = attempt.Event;
        var request = new Request(teller.Next(), attempt.Subscription.FullId, attempt.Subscription.Tenant.FullName(view.TopicText), view.KeyText, view.IdText,
            Teller.Text(attempt.Sequence));
        teller.Tell(
            attempt.Subscription.Endpoint.Address.Host, "attempt",
            [
                ("n", request.Number), ("from", sender.Name), ("subscription", request.Subscription), ("topic", request.Topic),
                ("key", request.Key), ("id", request.Id), ("type", view.TypeText),
                .. view.AttributesText().Select(one => ("a." + one.Key, (string?)one.Value)),
                ("digest", Teller.Digest(view.Payload.Span)), ("sequence", request.Sequence), ("number", Teller.Text(attempt.Number)),
                ("redelivery", attempt.Redelivery == Redelivery.None ? null
                    : attempt.Redelivery == Redelivery.Redrive ? "redrive" : "replay"),
                ("message", attempt.MessageId),
            ]);
        return request;
    }

    /// <summary>The receiver acknowledges the event.</summary>
    public void OnReceived(Request request) => teller.Tell(
        request.Subscription, "received", ("subscription", request.Subscription), ("topic", request.Topic), ("key", request.Key), ("id",
            request.Id), ("sequence", request.Sequence));

    /// <param name="heard">The result that the sender got. Null: the sender gave the attempt up.</param>
    public void OnEnded(Request request, AttemptResult? heard) => teller.Tell(
        request.Subscription, "ended", ("n", request.Number),
        ("heard", heard is null ? "cut" : heard.Outcome switch
        {
            AttemptOutcome.Delivered => "ok",
            AttemptOutcome.EndpointGone => "gone",
            AttemptOutcome.Rejected => "rejected",
            AttemptOutcome.Expired => "expired",
            AttemptOutcome.Failed => "failed",
        }),
        ("retryAfter", heard?.RetryAfter is { } after ? Teller.Text((long)after.TotalMilliseconds)
            : null), ("troubled", heard?.EndpointTroubled == true ? "yes" : null),
        ("last", heard?.NotAfterMs is not null ? "yes" : null));
}
