using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Herald.Engine.Catalogs;
using Herald.Engine.Inspection;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Server.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Events;

/// <summary>
/// <c>GET /v1/topics/{topic}/tail</c>: events as they are accepted, one JSON object per line, or as server-sent events if the caller
/// accepts text/event-stream. A slow caller slows down nothing else, because it reads the log.
/// </summary>
internal sealed class TailEndpoint(Catalog catalog, Inspector inspector, CancellationToken stopping)
{
    private const string ServerSentEvents = "text/event-stream";
    private static readonly JsonTypeInfo<EventWire> EventType = (JsonTypeInfo<EventWire>)WireJson.Options.GetTypeInfo(typeof(EventWire));

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/topics/{topic}/tail", TailAsync).RequireScope(Scopes.Read).WithTags("look").WithName("tailTopic").WithSummary(
            "Get events as they are accepted")
            .WithDescription(
                "One JSON object per line (application/x-ndjson), or server-sent events if the caller accepts them, until "
                    + "the caller disconnects.")
            .Produces<EventWire>(StatusCodes.Status200OK, MediaTypes.LinesOfJson, ServerSentEvents);

    private async Task TailAsync(string topic, HttpContext context)
    {
        if (await catalog.FindTopicAsync(topic, context.RequestAborted) is not { } found)
        {
            await CatalogProblem.NoTopic(topic).ExecuteAsync(context);
            return;
        }
        var asEvents = context.Request.Headers.Accept.ToString().Contains(ServerSentEvents, StringComparison.OrdinalIgnoreCase);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var response = context.Response;
        response.ContentType = asEvents ? ServerSentEvents : MediaTypes.LinesOfJson;
        response.Headers.CacheControl = "no-store";
        // A proxy that collects an answer before it passes it on would hold back events. nginx and others obey this header.
        response.Headers["X-Accel-Buffering"] = "no";
        IAsyncEnumerator<TailedEvent>? events = null;
        try
        {
            // The tail begins before the headers are sent. So a caller that has received the headers sees every later event.
            events = (await inspector.TailAsync(found, ended.Token)).GetAsyncEnumerator(ended.Token);
            var next = events.MoveNextAsync();
            await response.Body.FlushAsync(ended.Token);
            while (await next)
            {
                Write(response, events.Current, asEvents);
                next = events.MoveNextAsync();
                if (!next.IsCompleted)
                    await response.Body.FlushAsync(ended.Token);
                else if (response.BodyWriter.UnflushedBytes > 1 << 16)
                    await response.BodyWriter.FlushAsync(ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // A tail ends this way: the caller has gone, or the server stops.
        }
        finally
        {
            if (events is not null)
                await events.DisposeAsync();
        }
    }

    private static void Write(HttpResponse response, TailedEvent tailed, bool asEvents)
    {
        var into = response.BodyWriter;
        if (asEvents)
            into.Write("data: "u8);
        using (var json = new Utf8JsonWriter(into, new() { Encoder = WireJson.Options.Encoder }))
            JsonSerializer.Serialize(json, EventWire.Of(tailed.Shard, tailed.Sequence, tailed.Event), EventType);
        into.Write(asEvents ? "\n\n"u8 : "\n"u8);
    }
}
