using Herald.Judging.Deliveries;
using Herald.Judging.Events;
using Herald.Judging.Orders;

namespace Herald.Judging.Rules;

/// <summary>The knowledge that all parts of the judge share.</summary>
public sealed class Ledger
{
    private readonly Dictionary<string, (SubscriptionHistory History, DeliveryBook Book)> _subscriptions = [];

    public Ledger() => (Hindrances, Events) = (new Hindrances(Settings), new EventBook(Settings));

    public Settings Settings { get; } = new();
    public Hindrances Hindrances { get; }
    public EventBook Events { get; }
    public long NowMs { get; set; }

    public IEnumerable<(SubscriptionHistory History, DeliveryBook Book)> Subscriptions => _subscriptions.Values;

    public (SubscriptionHistory History, DeliveryBook Book) Of(string subscription)
    {
        if (!_subscriptions.TryGetValue(subscription, out var found))
            _subscriptions[subscription] = found = (new SubscriptionHistory(subscription), new DeliveryBook(subscription));
        return found;
    }
}
