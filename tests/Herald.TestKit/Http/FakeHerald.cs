using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Herald.TestKit.Http;

/// <summary>A server on the wire that answers as a test tells it to, and keeps what it was asked.</summary>
public sealed class FakeHerald : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<Request, Answer> _answer;

    private FakeHerald(Func<Request, Answer> answer, X509Certificate2? certificate)
    {
        _answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, port =>
        {
            if (certificate is not null)
                port.UseHttps(certificate);
        }));
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public sealed record Request(string Method, string Path, string Body, string? Authorization, string? IfMatch)
    {
        /// <summary>The path and the query as they were sent, with their escapes.</summary>
        public string Target { get; init; } = Path;
        public string? IfNoneMatch { get; init; }
        public string? ContentType { get; init; }
    }

    /// <param name="Status">0: the connection is cut instead.</param>
    /// <param name="CutWhen">The connection is cut after the body, when this completes. Null: the answer ends.</param>
    public sealed record Answer(
        int Status, string Body, string ContentType = "application/json", int? RetryAfter = null, string? ETag = null, Task? CutWhen = null);

    public ConcurrentQueue<Request> Requests { get; } = new();
    public string Address => _app.Urls.Single();

    /// <param name="certificate">Null to speak HTTP without TLS.</param>
    public static async Task<FakeHerald> StartAsync(Func<Request, Answer> answer, X509Certificate2? certificate = null)
    {
        var fake = new FakeHerald(answer, certificate);
        await fake._app.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var request = new Request(
            context.Request.Method, context.Request.Path + context.Request.QueryString.Value, await body.ReadToEndAsync(),
            context.Request.Headers.Authorization, context.Request.Headers.IfMatch)
        {
            Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            IfNoneMatch = context.Request.Headers.IfNoneMatch,
            ContentType = context.Request.ContentType,
        };
        Requests.Enqueue(request);
        var answer = _answer(request);
        if (answer.Status == 0)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        if (answer.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = $"{seconds}";
        if (answer.ETag is { } etag)
            context.Response.Headers.ETag = etag;
        if (answer.Status != 204)
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
        if (answer.CutWhen is { } cut)
        {
            await context.Response.Body.FlushAsync();
            await cut.WaitAsync(context.RequestAborted);
            context.Abort();
        }
    }
}
