using Herald.Engine.Subscriptions;
using Herald.Orders.Webhooks;

namespace Herald.Orders.Registrations;

/// <summary>A customer with the handler that has registered itself for it: a subscription that says so.</summary>
internal sealed record Registration(Guid Customer, Subscription Subscription, RegistrationMark Mark)
{
    /// <summary>Whoever knows it is the handler; it rises with every change of the subscription.</summary>
    public long Epoch => Subscription.Version;

    public string Url => Subscription.Endpoint.OriginalString;

    /// <summary>An operator wants nothing delivered, to whomever.</summary>
    public bool IsPaused => Subscription.Status == SubscriptionStatus.Paused && !Mark.HasLeft;

    /// <summary>No need to wait for silence: the handler has left, or its URL has said that it is gone.</summary>
    public bool IsGivenUp => Mark.HasLeft || Subscription.Status == SubscriptionStatus.Disabled;

    /// <summary>Null when there is none, or the webhook is an administrator's.</summary>
    public static Registration? Of(Subscription? subscription) =>
        subscription is not null && RegistrationMark.TryParse(subscription.Description, out var mark) && CustomerWebhook.CustomerOf(subscription) is { } customer
            ? new(customer, subscription, mark)
            : null;
}
