using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Herald.TestKit.Http;

/// <summary>A server on the wire that answers as a test tells it to, and keeps what it was asked.</summary>
public sealed class FakeHerald : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<Request, Answer> _answer;

    private FakeHerald(Func<Request, Answer> answer)
    {
        _answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public sealed record Request(string Method, string Path, string Body, string? Authorization, string? IfMatch);

    /// <param name="Status">0: the connection is cut instead.</param>
    public sealed record Answer(int Status, string Body, string ContentType = "application/json", int? RetryAfter = null);

    public ConcurrentQueue<Request> Requests { get; } = new();
    public string Address => _app.Urls.Single();

    public static async Task<FakeHerald> StartAsync(Func<Request, Answer> answer)
    {
        var fake = new FakeHerald(answer);
        await fake._app.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var request = new Request(
            context.Request.Method, context.Request.Path + context.Request.QueryString.Value, await body.ReadToEndAsync(),
            context.Request.Headers.Authorization, context.Request.Headers.IfMatch);
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
        if (answer.Status != 204)
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
    }
}
