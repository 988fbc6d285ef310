using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.TestKit.Traces;

/// <summary>A receiver that tells of each attempt when it arrives, and of its answer before that is sent.</summary>
/// <param name="subscription">Whose endpoint it is.</param>
/// <param name="attribute">What a body says of the attribute that is filtered by; null where no filter goes by one.</param>
/// <param name="from">Which process a connection is of; null when nobody can tell, because several run at a time.</param>
public sealed class TracedReceiver(
    TraceRecorder trace, string subscription, Lives? from, IHttpApplication<IFeatureCollection> inner, Func<ReadOnlyMemory<byte>, (string Name, string? Value)>? attribute = null)
    : IHttpApplication<IFeatureCollection>
{
    /// <summary>The path of the request of <see cref="MarkAsync"/>.</summary>
    public const string MarkPath = "/mark";

    /// <summary>Where it listens.</summary>
    public Uri? Address { get; set; }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => inner.CreateContext(contextFeatures);

    public void DisposeContext(IFeatureCollection context, Exception? exception) => inner.DisposeContext(context, exception);

    /// <summary>Has it say which connection it accepts next.</summary>
    public async Task MarkAsync(CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(new Uri(Address!, MarkPath), cancel);
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var connection = context.GetRequiredFeature<IHttpConnectionFeature>().ConnectionId;
        if (request.Path == MarkPath)
        {
            from?.Mark(subscription, connection);
            return;
        }
        // The receiver reads it again.
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var payload = body.ToArray();
        body.Position = 0;
        request.Body = body;
        var n = trace.Next();
        string? Header(string name) => request.Headers[name];
        (string, string?)[] place =
        [
            ("subscription", subscription), ("topic", Header("herald-topic")), ("key", Header("herald-key")),
            ("id", Header("herald-event-id")), ("sequence", Header("herald-sequence")),
        ];
        trace.Tell(
            subscription, "attempt",
            [
                ("n", n), ("from", from?.Of(subscription, connection)), .. place, ("type", Header("herald-event-type")),
                ("digest", TraceRecorder.Digest(payload)), ("number", Header("herald-attempt")),
                ("redelivery", Header("herald-redelivery")), ("message", Header("webhook-id")), .. attribute is null ? [] : new[] { attribute(payload) },
            ]);
        await inner.ProcessRequestAsync(context);
        var isReceived = context.GetRequiredFeature<IHttpResponseFeature>().StatusCode is >= 200 and < 300;
        if (isReceived)
            trace.Tell(subscription, "received", place);
        var isCut = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted.IsCancellationRequested;
        trace.Tell(subscription, "ended", ("n", n), ("heard", isCut ? "cut" : isReceived ? "ok" : "failed"));
    }
}
