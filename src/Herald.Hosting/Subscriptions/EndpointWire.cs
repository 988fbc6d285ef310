using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Herald.Hosting.Subscriptions;

/// <summary>An endpoint on the wire: the text of its address, or an object when it has settings.</summary>
[JsonConverter(typeof(EndpointConverter))]
public sealed record EndpointWire(string Address, IReadOnlyDictionary<string, string>? Settings = null)
{
#pragma warning disable CA2225 // The constructor is the other way to make one.
    public static implicit operator EndpointWire(string address) => new(address);
#pragma warning restore CA2225
}

[Description("An endpoint with settings.")]
public sealed record EndpointObject
{
    [Description("The address, for example an http or https URL without credentials.")]
    public required string Address { get; set; }

    [Description("What the endpoint's channel needs to know besides the address. Webhooks, Kafka and NATS have no settings.")]
    public Dictionary<string, string>? Settings { get; set; }
}
