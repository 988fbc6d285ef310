using System.ComponentModel;
using Herald.Engine.Basics;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Subscriptions;

namespace Herald.Orders.Registrations;

[Description("A handler that registers for a customer.")]
internal sealed record RegistrationBody
{
    [Description("The endpoint of the handler: an http or https URL without credentials, which no other handler uses.")]
    public required string Url { get; set; }

    [Description(
        "How long a handler can send no heartbeat, or accept no event, before another handler can get its customer. Heartbeats are due "
            + "every quarter of it. Default 60s; 1s to 1h.")]
    public string? Window { get; set; }

    [Description("The signing key: whsec_ and 24 to 64 bytes in base64. Default: a new one.")]
    public string? Secret { get; set; }
}

[Description("The customer that a handler got.")]
internal sealed record RegistrationWire
{
    public required string CustomerId { get; set; }

    [Description("Identifies this registration in heartbeats.")]
    public required long Epoch { get; set; }
    public required string Window { get; set; }

    [Description("The key that signs the events for the handler.")]
    public required string Secret { get; set; }

    public static RegistrationWire Of(Registration registration, Secrets secrets) => new()
    {
        CustomerId = $"{registration.Customer:D}",
        Epoch = registration.Epoch,
        Window = DurationText.Format(registration.Mark.Window),
        Secret = WebhookSecret.Format(secrets.Current.Span),
    };
}

[Description("A heartbeat.")]
internal sealed record HeartbeatBody
{
    [Description("The epoch from the registration.")]
    public required long Epoch { get; set; }
}
