using System.ComponentModel;
using System.Text.Json;

namespace Herald.Hosting.Subscriptions;

/// <summary>
/// The fields of a subscription that a caller can set. A null field means the same as a missing one: its default. So a JSON merge patch can
/// be applied to this document.
/// </summary>
[Description("The wanted state of a subscription.")]
public record SubscriptionBody
{
    [Description("The topic of the subscription. It cannot be changed.")]
    public required string Topic { get; set; }

    [Description(
        "The endpoint that receives the events: an http or https URL without credentials, or an object with address and settings.")]
    public required EndpointWire Endpoint { get; set; }

    [Description("For people; at most 1,024 characters.")]
    public string? Description { get; set; }

    [Description("At most 16 labels: names of 1 to 63 of a-z, 0-9, '.', '-' and '/', values of at most 255 characters.")]
    public Dictionary<string, string>? Labels { get; set; }

    [Description(
        "Selects events: every named attribute must equal one of its values; \"type\" is the event's type. Exact match only. At most 10 "
            + "names and 150 values each.")]
    public Dictionary<string, JsonElement>? Filter { get; set; }
    public RetryWire? Retry { get; set; }
    public LimitsWire? Limits { get; set; }
    public ReportsWire? Reports { get; set; }

    [Description("The signing key: whsec_ and 24 to 64 bytes in base64. Default: the current one, or a new one.")]
    public string? Secret { get; set; }

    [Description(
        "Where a new subscription starts: \"now\" (default), \"earliest\", a time (RFC 3339), or a sequence (a number, in every shard). "
            + "It has an effect only when the subscription is created.")]
    public JsonElement? From { get; set; }
}

/// <summary>The same fields under a topic's address, which gives the topic, and an optional id.</summary>
[Description("The wanted state of a new subscription.")]
public sealed record TopicSubscriptionBody
{
    [Description("1 to 255 letters, digits, '.', '_' or '-'. If it is absent, Herald creates one. With an id the request can be repeated.")]
    public string? Id { get; set; }

    [Description(
        "The endpoint that receives the events: an http or https URL without credentials, or an object with address and settings.")]
    public required EndpointWire Endpoint { get; set; }

    [Description("For people; at most 1,024 characters.")]
    public string? Description { get; set; }

    [Description("As in PUT /v1/subscriptions/{id}.")]
    public Dictionary<string, string>? Labels { get; set; }

    [Description("As in PUT /v1/subscriptions/{id}.")]
    public Dictionary<string, JsonElement>? Filter { get; set; }
    public RetryWire? Retry { get; set; }
    public LimitsWire? Limits { get; set; }
    public ReportsWire? Reports { get; set; }

    [Description("The signing key: whsec_ and 24 to 64 bytes in base64. Default: a new one.")]
    public string? Secret { get; set; }

    [Description("As in PUT /v1/subscriptions/{id}.")]
    public JsonElement? From { get; set; }

    public SubscriptionBody On(string topic) => new()
    {
        Topic = topic,
        Endpoint = Endpoint,
        Description = Description,
        Labels = Labels,
        Filter = Filter,
        Retry = Retry,
        Limits = Limits,
        Reports = Reports,
        Secret = Secret,
        From = From,
    };
}
