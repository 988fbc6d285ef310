using System.Text.Json.Nodes;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Herald.Server.Http;

/// <summary><c>GET /openapi.json</c>: the API as OpenAPI 3.1, generated from the endpoints. docs/openapi.json is a copy.</summary>
internal static class ApiDescription
{
    private const string Document = "v1";

    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["publish"] = """{"id": "order-17-created", "key": "order-17", "type": "order.created", "attributes": {"country": "NZ"}, "payload": {"order": 17, "total": 12.50}}""",
        ["putSubscription"] = """
            {"topic": "orders", "endpoint": "https://example.com/hooks/orders", "filter": {"type": ["order.created", "order.paid"]},
             "retry": {"strategy": "exponential", "base": "1s", "factor": 2, "cap": "10m", "maxAge": "3d"}, "limits": {"maxInFlight": 50, "timeout": "15s"}, "from": "now"}
            """,
        ["subscribe"] = """{"id": "billing", "endpoint": "https://example.com/hooks/orders", "retry": {"strategy": "schedule", "schedule": ["1s", "10s", "1m"], "maxAttempts": 10}}""",
        ["putTopic"] = """{"labels": {"team": "billing"}}""",
        ["patchTopic"] = """{"labels": {"team": "payments"}}""",
        ["patchSubscription"] = """{"limits": {"maxInFlight": 10}, "description": null}""",
        ["replaySubscription"] = """{"from": "2026-01-31T12:00:00Z"}""",
        ["rotateSecret"] = """{"overlap": "1h"}""",
        ["redriveDeadLetters"] = """{"subscription": "billing"}""",
        ["discardDeadLetters"] = """{"ids": ["dl_3_1_1_42"]}""",
        ["releaseKey"] = """{"shard": 3, "sequence": 42}""",
        ["backup"] = """{"directory": "/var/backups/herald/2026-01-31"}""",
    };

    public static void Add(IServiceCollection services) => services.AddOpenApi(Document, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type)?.Replace(
            "Wire", "", StringComparison.Ordinal);
        options.AddDocumentTransformer(async (document, context, cancel) =>
        {
            document.Info = new()
            {
                Title = "Herald",
                Version = Document,
                Description =
                    "Publishes events, manages subscriptions, and shows the deliveries of each event. Delivery is at least "
                        + "once, in order per key. "
                    + "Every failure is a problem (RFC 9457) with a stable code; docs/api.md lists them.",
            };
            document.Servers = [new() { Url = "http://127.0.0.1:8090" }];
            document.AddComponent("Problem", await context.GetOrCreateSchemaAsync(typeof(ProblemWire), null, cancel));
            // In place of the schema of EndpointWire, which is empty because only its converter knows its forms.
            document.Components!.Schemas!["Endpoint"] = await context.GetOrCreateSchemaAsync(typeof(EndpointObject), null, cancel);
            document.AddComponent("token", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The token in the server's token file. A server that listens only on loopback can have none.",
            });
            document.Security = [new(), new() { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            CompleteSchemas(document);
            foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations?.Values.AsEnumerable() ?? []))
                Complete(operation, document);
        });
    });

    public static void Map(IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi.json").AllowAnyone();

    /// <summary>
    /// Adds the schemas that the wire types do not describe, because those hold raw JSON where rules are checked by hand.
    /// </summary>
    private static void CompleteSchemas(OpenApiDocument document)
    {
        var endpoint = new OpenApiSchemaReference("Endpoint", document);
        foreach (var name in (string[])["SubscriptionBody", "TopicSubscriptionBody", "Subscription"])
        {
            if (document.Components?.Schemas?[name].Properties is { } properties && properties["endpoint"] is { } told)
                properties["endpoint"] = new OpenApiSchema
                {
                    Description = told.Description,
                    OneOf = [new OpenApiSchema { Type = JsonSchemaType.String }, endpoint],
                };
            if (name != "Subscription" && document.Components?.Schemas?[name].Properties?["filter"] is OpenApiSchema filter)
                filter.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } };
        }
        var newEvent = new OpenApiSchemaReference("NewEvent", document);
        var publish = document.Paths["/v1/topics/{topic}/events"].Operations![HttpMethod.Post].RequestBody!.Content![MediaTypes.Json];
        publish.Schema = new OpenApiSchema { OneOf = [newEvent, new OpenApiSchema { Type = JsonSchemaType.Array, Items = newEvent, MinItems = 1, MaxItems = 10_000 }] };
        // A patch requires no field.
        var whole = document.Components!.Schemas!["SubscriptionBody"];
        var patch = document.Paths["/v1/subscriptions/{id}"].Operations![HttpMethod.Patch].RequestBody!.Content!;
        foreach (var media in patch.Values)
            media.Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = whole.Properties, AdditionalPropertiesAllowed = false };
    }

    /// <summary>Adds what every operation has and no endpoint declares.</summary>
    private static void Complete(OpenApiOperation operation, OpenApiDocument document)
    {
        (operation.Responses ??= [])["default"] = new OpenApiResponse
        {
            Description = "A problem.",
            Content = new Dictionary<string, OpenApiMediaType> { [Problem.ContentType] = new() { Schema = new OpenApiSchemaReference("Problem", document) } },
        };
        foreach (var limit in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p.Name == "limit") ?? [])
            limit.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "1000", Default = 100 };
        // The generated binding reports a list that can be absent as required.
        foreach (var label in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p.Name == "label") ?? [])
            label.Required = false;
        if (operation.OperationId is { } id && Examples.TryGetValue(id, out var example))
        {
            foreach (var media in operation.RequestBody?.Content?.Values ?? [])
                media.Example = JsonNode.Parse(example);
        }
    }
}
