using Herald.Engine.Subscriptions;
using Herald.Orders.Webhooks;

namespace Herald.Orders.Registrations;

/// <summary>A customer with its registered handler: a subscription with a <see cref="RegistrationMark"/>.</summary>
internal sealed record Registration(Guid Customer, Subscription Subscription, RegistrationMark Mark)
{
    /// <summary>Identifies the registration. It rises with every change of the subscription.</summary>
    public long Epoch => Subscription.Version;

    public string Url => Subscription.Endpoint.Address.OriginalString;

    /// <summary>An operator has paused all deliveries to the customer.</summary>
    public bool IsPaused => Subscription.Status == SubscriptionStatus.Paused && !Mark.HasLeft;

    /// <summary>The handler can be replaced at once: it has left, or its URL answered that it is gone.</summary>
    public bool IsGivenUp => Mark.HasLeft || Subscription.Status == SubscriptionStatus.Disabled;

    /// <summary>Null without a subscription, or when an administrator has set the webhook.</summary>
    public static Registration? Of(Subscription? subscription) =>
        subscription is not null && RegistrationMark.TryParse(subscription.Labels, out var mark)
        && CustomerWebhook.CustomerOf(subscription) is { } customer
            ? new(customer, subscription, mark)
            : null;
}
