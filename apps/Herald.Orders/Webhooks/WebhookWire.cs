using System.ComponentModel;
using Herald.Engine.Basics;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Subscriptions;
using Herald.Orders.Registrations;

namespace Herald.Orders.Webhooks;

[Description("The webhook that receives the order changes of a customer.")]
internal sealed record WebhookBody
{
    [Description("An http or https URL without credentials.")]
    public required string Url { get; set; }

    [Description("The signing key: whsec_ and 24 to 64 bytes in base64. Default: the current one, or a new one.")]
    public string? Secret { get; set; }
    public RetryWire? Retry { get; set; }
    public LimitsWire? Limits { get; set; }
}

[Description("The webhook of a customer with its current state.")]
internal sealed record WebhookWire
{
    public required string CustomerId { get; set; }
    public required string Url { get; set; }
    public required RetryWire Retry { get; set; }
    public required LimitsWire Limits { get; set; }

    [Description("true: a handler has registered for this customer.")]
    public required bool Registered { get; set; }

    [Description("For a handler: the time within which it must send a heartbeat and accept events.")]
    public string? Window { get; set; }

    [Description("active, paused (by an operator, or because its handler has left) or disabled (by Herald, because the URL answered 410).")]
    public required string Status { get; set; }

    [Description("Why Herald disabled it.")]
    public string? StatusReason { get; set; }
    public required string CreatedAt { get; set; }
    public required string UpdatedAt { get; set; }

    [Description("The number of the ETag; for a handler, its epoch.")]
    public required long Version { get; set; }

    [Description("The signing key. It is shown when the webhook is new, and at /v1/subscriptions/orders.{customerId}/secret.")]
    public string? Secret { get; set; }

    /// <param name="secrets">Only when they are new; otherwise null.</param>
    public static WebhookWire Of(Guid customer, Subscription subscription, Secrets? secrets = null)
    {
        var whole = SubscriptionMapping.ToWire(subscription, secrets);
        var registered = RegistrationMark.TryParse(subscription.Labels, out var mark);
        return new()
        {
            CustomerId = $"{customer:D}",
            Url = whole.Endpoint.Address,
            Retry = whole.Retry,
            Limits = whole.Limits,
            Registered = registered,
            Window = registered ? DurationText.Format(mark.Window) : null,
            Status = whole.Status,
            StatusReason = whole.StatusReason,
            CreatedAt = whole.CreatedAt,
            UpdatedAt = whole.UpdatedAt,
            Version = whole.Version,
            Secret = whole.Secret,
        };
    }
}
