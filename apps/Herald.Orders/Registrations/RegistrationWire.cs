using System.ComponentModel;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Text;

namespace Herald.Orders.Registrations;

[Description("A handler that asks for a customer.")]
internal sealed record RegistrationBody
{
    [Description("Where the handler takes events: an http or https URL without credentials, its own.")]
    public required string Url { get; set; }

    [Description("How long a handler may be silent, or take nothing, before another may have its customer; heartbeats are due every quarter of it. Default 60s; 1s to 1h.")]
    public string? Window { get; set; }

    [Description("The signing key, whsec_ and 24 to 64 bytes in base64. Left out: one is drawn.")]
    public string? Secret { get; set; }
}

[Description("The customer that a handler has been given.")]
internal sealed record RegistrationWire
{
    public required string CustomerId { get; set; }

    [Description("Names this registration in heartbeats.")]
    public required long Epoch { get; set; }
    public required string Window { get; set; }

    [Description("Signs what the handler receives.")]
    public required string Secret { get; set; }

    public static RegistrationWire Of(Registration registration) => new()
    {
        CustomerId = $"{registration.Customer:D}",
        Epoch = registration.Epoch,
        Window = DurationText.Format(registration.Mark.Window),
        Secret = WebhookSecret.Format(registration.Subscription.Secrets.Current.Span),
    };
}

[Description("A sign of life.")]
internal sealed record HeartbeatBody
{
    [Description("As given at registration.")]
    public required long Epoch { get; set; }
}
