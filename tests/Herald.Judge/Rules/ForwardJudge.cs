using Herald.Judging.Deliveries;
using Herald.Judging.Events;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>
/// An event that nobody published must be a forward: a subscription whose policy forwards has given up an event with the same content.
/// </summary>
public sealed class ForwardJudge(Ledger ledger)
{
    public void OnForwarded(SentEvent made, Content content)
    {
        foreach (var (history, book) in ledger.Subscriptions)
        {
            if (!history.Orders.Any(order => order.Definition?.Retry.ForwardTo == made.Topic))
                continue;
            foreach (var delivery in book.All)
            {
                var one = delivery.Event;
                if (one.Key == made.Key && one.Id == made.Id && one != made && one.Contents.Exists(content.Same)
                    && delivery.Attempts.Exists(attempt => attempt.Ending is Ending.Failed or Ending.Rejected))
                    return;
            }
        }
        throw new AccusedException(4, $"nobody has published it, and nothing was forwarded to become it: {made}");
    }
}
