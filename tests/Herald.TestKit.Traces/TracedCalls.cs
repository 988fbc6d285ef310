using System.Net;
using System.Text;
using System.Text.Json;

namespace Herald.TestKit.Traces;

/// <summary>On the side of those who publish and operate: every batch of lines, every PUT of a subscription, and each answer.</summary>
/// <param name="through">The process that is asked.</param>
public sealed class TracedCalls(TraceRecorder trace, Func<string> through, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        return (request.Method.Method, path) switch
        {
            ("POST", ["v1", "topics", var topic, "events"]) =>
                await PublishAsync(Uri.UnescapeDataString(topic), request, cancellationToken),
            ("PUT", ["v1", "subscriptions", var subscription]) =>
                await PutAsync(Uri.UnescapeDataString(subscription), request, cancellationToken),
            _ => await base.SendAsync(request, cancellationToken),
        };
    }

    private async Task<HttpResponseMessage> PublishAsync(string topic, HttpRequestMessage request, CancellationToken cancel)
    {
        var asked = new List<(string? Key, string Id, string Digest)>();
        foreach (var line in (await request.Content!.ReadAsStringAsync(cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var parsed = JsonDocument.Parse(line);
            var envelope = parsed.RootElement;
            var (key, id, type) = (Find(envelope, "key"), Find(envelope, "id")!, Find(envelope, "type"));
            var digest = TraceRecorder.Digest(Encoding.UTF8.GetBytes(envelope.GetProperty("payload").GetRawText()));
            asked.Add((key, id, digest));
            trace.Tell("publisher", "publish", ("topic", topic), ("key", key), ("id", id), ("type", type), ("digest", digest));
        }
        var response = await base.SendAsync(request, cancel);
        if (response.StatusCode is not (HttpStatusCode.Accepted or HttpStatusCode.MultiStatus))
            return response;
        await response.Content.LoadIntoBufferAsync(cancel);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancel));
        foreach (var result in answer.RootElement.GetProperty("results").EnumerateArray())
        {
            var (key, id, digest) = asked[result.GetProperty("index").GetInt32()];
            trace.Tell(
                "publisher", "published", ("topic", topic), ("key", key), ("id", id), ("digest", digest),
                ("verdict", result.GetProperty("status").GetString()), ("shard", Number(result, "shard")),
                ("sequence", Number(result, "sequence")));
        }
        return response;
    }

    private async Task<HttpResponseMessage> PutAsync(string subscription, HttpRequestMessage request, CancellationToken cancel)
    {
        var n = trace.Next();
        trace.Tell(
            "operator", "order", ("n", n), ("what", "put"), ("through", through()), ("subscription", subscription), ("from", "now"),
            ("definition", await request.Content!.ReadAsStringAsync(cancel)));
        var outcome = "unknown";
        try
        {
            var response = await base.SendAsync(request, cancel);
            outcome = response.StatusCode switch
            {
                HttpStatusCode.Created => "created",
                HttpStatusCode.OK => "updated",
                _ => "refused",
            };
            return response;
        }
        finally
        {
            trace.Tell("operator", "done", ("n", n), ("outcome", outcome), ("alone", "yes"));
        }
    }

    private static string? Find(JsonElement at, string name) => at.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string? Number(JsonElement at, string name) => at.TryGetProperty(name, out var value) ? value.GetRawText() : null;
}
