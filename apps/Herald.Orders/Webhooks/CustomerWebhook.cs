using Herald.Engine.Subscriptions;
using Herald.Orders.Readers;

namespace Herald.Orders.Webhooks;

/// <summary>The id and the filter of the subscription that is a customer's webhook.</summary>
internal static class CustomerWebhook
{
    /// <summary>The prefix of all ids; the customer follows it.</summary>
    public const string Prefix = "orders.";

    public static string IdOf(Guid customer) => $"{Prefix}{customer:D}";

    public static Filter FilterOf(Guid customer) => new([new FilterClause(OrderEvents.CustomerAttribute, false, [$"{customer:D}"])]);

    /// <summary>Null for any other subscription.</summary>
    public static Guid? CustomerOf(Subscription subscription) =>
        subscription.Topic == OrderEvents.Topic && subscription.Id.StartsWith(Prefix, StringComparison.Ordinal)
            && Uuid.TryParse(subscription.Id[Prefix.Length..], out var customer)
            ? customer
            : null;
}
