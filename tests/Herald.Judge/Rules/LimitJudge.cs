using Herald.Judging.Deliveries;
using Herald.Judging.Orders;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>Judges the attempts in flight of a subscription and of a node, and the attempts per second.</summary>
public sealed class LimitJudge(Ledger ledger)
{
    // An attempt that has its permit can still have to wait for a reading, and the node can have got another share of the limit.
    private const double LateSeconds = 1.5;
    private readonly Dictionary<(string Subscription, string Sender), (double Level, long AtMs)> _levels = [];

    public void Take(SubscriptionHistory history, DeliveryBook book, Attempt attempt)
    {
        var (most, rate) = (0, 0.0);
        // The limits before a change can have granted what arrives just after it.
        foreach (var definition in history.Definitions(ledger.NowMs - (long)(LateSeconds * 1000), ledger.NowMs, everywhere: true))
            (most, rate) = (Math.Max(most, definition.MaxInFlight), Math.Max(rate, definition.RatePerSecond));
        var (ofSubscription, ofNode) = (1, 1);
        foreach (var (_, other) in ledger.Subscriptions)
        {
            foreach (var open in other.Open)
            {
                if (!open.IsFromSameAs(attempt))
                    continue;
                ofNode++;
                ofSubscription += other == book ? 1 : 0;
            }
        }
        if (most > 0 && ofSubscription > most && history.ClearSinceMs < ledger.NowMs)
            throw new AccusedException(12, $"{ofSubscription} attempts in flight, more than {most}: {attempt.Delivery}");
        if (ofNode > ledger.Settings.Permits)
            throw new AccusedException(12, $"{attempt.Sender} has {ofNode} attempts in flight, more than {ledger.Settings.Permits}");
        if (attempt.Sender != Attempt.Unknown)
            CheckRate(attempt, rate, ledger.Hindrances.CalmSinceMs < ledger.NowMs);
    }

    private void CheckRate(Attempt attempt, double rate, bool isCalm)
    {
        var place = (attempt.Delivery.Lane.Subscription, attempt.Sender);
        if (rate == 0 || double.IsPositiveInfinity(rate))
        {
            _levels.Remove(place);
            return;
        }
        var (level, at) = _levels.GetValueOrDefault(place, (0, ledger.NowMs));
        level = Math.Max(0, level - ((ledger.NowMs - at) * rate * 1.03 / 1000)) + 1;
        _levels[place] = (level, ledger.NowMs);
        var most = Math.Max(1, rate / 10) + 1 + (rate * LateSeconds) + (isCalm ? 0 : rate * ledger.Settings.SlowestCallMs / 1000);
        if (level > most)
            throw new AccusedException(12, $"sent faster than {rate} a second: {attempt.Delivery}");
    }
}
