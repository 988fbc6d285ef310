using System.ComponentModel;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Text;
using Herald.Orders.Registrations;

namespace Herald.Orders.Webhooks;

[Description("Where a customer's order changes are to go.")]
internal sealed record WebhookBody
{
    [Description("An http or https URL without credentials.")]
    public required string Url { get; set; }

    [Description("The signing key, whsec_ and 24 to 64 bytes in base64. Left out: the present one, or a new one.")]
    public string? Secret { get; set; }
    public RetryWire? Retry { get; set; }
    public LimitsWire? Limits { get; set; }
}

[Description("A customer's webhook as it is.")]
internal sealed record WebhookWire
{
    public required string CustomerId { get; set; }
    public required string Url { get; set; }
    public required RetryWire Retry { get; set; }
    public required LimitsWire Limits { get; set; }

    [Description("true: a handler has registered itself for this customer.")]
    public required bool Registered { get; set; }

    [Description("Of the handler: within it, it has to show that it lives and takes events.")]
    public string? Window { get; set; }

    [Description("active, paused (by an operator, or because its handler has left) or disabled (by Herald, because the URL said that it is gone).")]
    public required string Status { get; set; }

    [Description("Why it is disabled.")]
    public string? StatusReason { get; set; }
    public required string CreatedAt { get; set; }
    public required string UpdatedAt { get; set; }

    [Description("The ETag's number; of a handler, its epoch.")]
    public required long Version { get; set; }

    [Description("The signing key. Shown when it is new, and at /v1/subscriptions/orders.{customerId}/secret.")]
    public string? Secret { get; set; }

    public static WebhookWire Of(Guid customer, Subscription subscription, bool withSecret)
    {
        var whole = SubscriptionMapping.ToWire(subscription, withSecret);
        var registered = RegistrationMark.TryParse(subscription.Description, out var mark);
        return new()
        {
            CustomerId = $"{customer:D}",
            Url = whole.Endpoint,
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
