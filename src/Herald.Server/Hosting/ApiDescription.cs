using Herald.Server.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Herald.Server.Hosting;

/// <summary><c>GET /openapi.json</c>: the API as OpenAPI 3.1, made from the endpoints themselves; a copy of it is docs/openapi.json.</summary>
internal static class ApiDescription
{
    private const string Document = "v1";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Document, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Herald",
                Version = "v1",
                Description = "Publish events, subscribe endpoints, see what became of each event. Delivery is at least once, in order per key. Failures are problems (RFC 9457) with a stable code.",
            };
            document.Servers = [new() { Url = "http://127.0.0.1:8090" }];
            return Task.CompletedTask;
        });
    });

    public static void Map(IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi.json");
}
