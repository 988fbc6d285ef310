using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Publishing;

/// <summary>Registers publishing with routing, which answers other methods with 405, and with the API's description.</summary>
internal static class PublishEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, PublishHandler door) =>
        routes.MapPost("/v1/topics/{topic}/events", (string topic, HttpContext context) => door.HandleAsync(context, topic.AsMemory()))
            .RequireScope(Scopes.Publish).WithTags("publish").WithName("publish").WithSummary("Publish events")
            .WithDescription(
                """
                One event (a JSON object), an array, or one event per line (application/x-ndjson); at most 10,000 events and 16 MiB.
                202: all events are durable; each was accepted or is a duplicate. 207: some were refused. 400: all were refused.
                409: the id of a single event was used for another event. 503: it is not known what was stored; send the same ids again.
                """)
            .Accepts<NewEventWire>(MediaTypes.Json, MediaTypes.LinesOfJson)
            .Produces<PublishAnswerWire>(StatusCodes.Status202Accepted)
            .Produces<PublishAnswerWire>(StatusCodes.Status207MultiStatus)
            .Produces<ProblemWire>(StatusCodes.Status409Conflict, Problem.ContentType)
            .Produces<ProblemWire>(StatusCodes.Status413PayloadTooLarge, Problem.ContentType)
            .Produces<ProblemWire>(StatusCodes.Status415UnsupportedMediaType, Problem.ContentType)
            .Produces<ProblemWire>(StatusCodes.Status503ServiceUnavailable, Problem.ContentType);
}
