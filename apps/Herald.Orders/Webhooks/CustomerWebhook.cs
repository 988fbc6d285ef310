using Herald.Engine.Subscriptions;
using Herald.Orders.Readers;

namespace Herald.Orders.Webhooks;

/// <summary>A customer's webhook is one subscription: where its name comes from, and what it listens to.</summary>
internal static class CustomerWebhook
{
    /// <summary>Of all ids; what follows is the customer.</summary>
    public const string Prefix = "orders.";

    public static string IdOf(Guid customer) => $"{Prefix}{customer:D}";

    public static Filter FilterOf(Guid customer) => new([new FilterClause(OrderEvents.CustomerAttribute, false, [$"{customer:D}"])]);

    /// <summary>Null when it is another subscription.</summary>
    public static Guid? CustomerOf(Subscription subscription) =>
        subscription.Topic == OrderEvents.Topic && subscription.Id.StartsWith(Prefix, StringComparison.Ordinal) && Uuid.TryParse(subscription.Id[Prefix.Length..], out var customer)
            ? customer
            : null;
}
