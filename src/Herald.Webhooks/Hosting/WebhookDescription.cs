using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Herald.Webhooks.Hosting;

/// <summary>
/// Describes in <c>/openapi.json</c> the request that Herald sends to a receiver, and what each answer means. docs/receiving.md says the
/// same at length.
/// </summary>
internal static class WebhookDescription
{
    private const string Name = "event";

    /// <summary>Every header, in the order of <see cref="WebhookHeaders"/>.</summary>
    private static readonly IReadOnlyList<Header> Headers =
    [
        new(WebhookHeaders.Id, true, "The id of the message. It is the same in every attempt, redrive and replay.", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        new(WebhookHeaders.Timestamp, true, "The time of the attempt, in seconds since 1970. Receivers refuse a time more than 5 minutes away.", "1769860800"),
        new(
            WebhookHeaders.Signature, true,
            "'v1,' and the base64 of HMAC-SHA256 over 'webhook-id.webhook-timestamp.body'. During a rotation of the secret there are two, with "
            + "a space between them.",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
        new(WebhookHeaders.Topic, true, "The topic, percent-encoded.", "orders"),
        new(WebhookHeaders.EventId, true, "The id of the event, percent-encoded.", "order-17-created"),
        new(WebhookHeaders.Key, false, "The key of the event, percent-encoded.", "order-17"),
        new(WebhookHeaders.EventType, false, "The type of the event, percent-encoded.", "order.created"),
        new(AttributesHeader.Name, false, "The attributes of the event, form-urlencoded, sorted by name.", "country=NZ&tier=gold"),
        new(
            AttributesHeader.Omitted, false,
            $"The length of the attributes as text, if it is more than {AttributesHeader.Longest} bytes. They are left out then.", "7421"),
        new(WebhookHeaders.Sequence, true, "A number that rises from event to event of a key, with gaps.", "42"),
        new(WebhookHeaders.AttemptNumber, true, "1 for the first attempt.", "1"),
        new(
            WebhookHeaders.Redelivery, false,
            "'replay' or 'redrive': an operator has the event sent. The receiver may have got it before.",
            "replay"),
        new(
            WebhookHeaders.TraceParent, false, "The trace of the publisher, if the publisher sent one.",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        new("user-agent", true, "Herald and its version.", "Herald/0.1.0"),
    ];

    private static readonly IReadOnlyList<(string Status, string Meaning)> Answers =
    [
        ("2XX", "Delivered. The next event of the key follows."),
        ("3XX", "Failed. Redirects are not followed. The event is sent again."),
        ("410", "The receiver is gone. Herald disables the subscription and keeps its events until it is resumed."),
        ("429", "Failed, and so will others: Herald sends less, and waits at least as long as Retry-After says."),
        ("503", "Failed, and so will others: Herald sends less, and waits at least as long as Retry-After says."),
        ("default", "Failed. The event is sent again, after Retry-After if that is longer than the wait of the subscription's policy."),
    ];

    /// <summary>The names of all described headers.</summary>
    public static IEnumerable<string> HeaderNames => Headers.Select(header => header.Name);

    public static void Add(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        (document.Webhooks ??= new Dictionary<string, IOpenApiPathItem>())[Name] = new OpenApiPathItem
        {
            Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = Describe() },
        };
        return Task.CompletedTask;
    });

    public static OpenApiOperation Describe()
    {
        var operation = new OpenApiOperation
        {
            OperationId = "receiveEvent",
            Summary = "Receive an event",
            Description =
                "Herald sends this request to the endpoint of a subscription, by the Standard Webhooks specification, until a 2xx answers it. "
                + "docs/receiving.md has receivers in several languages.",
            Parameters = [.. Headers.Select(header => header.Describe())],
            RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Description = "The payload, byte for byte as the publisher wrote it, with the content type of the event.",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new() { Example = JsonNode.Parse("""{"order": 17, "total": 12.50}""") },
                    ["*/*"] = new(),
                },
            },
            Responses = [],
            Security = [new()],
        };
        foreach (var (status, meaning) in Answers)
            operation.Responses[status] = new OpenApiResponse { Description = meaning };
        return operation;
    }

    private sealed record Header(string Name, bool IsAlways, string Meaning, string Example)
    {
        public OpenApiParameter Describe() => new OpenApiParameter
        {
            Name = Name,
            In = ParameterLocation.Header,
            Required = IsAlways,
            Description = Meaning,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Example = JsonValue.Create(Example),
        };
    }
}
