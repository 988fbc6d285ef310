using Herald.Engine.Stores;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Herald.Server.Problems;

/// <summary>Gives every failed request a problem as its answer: failures that routing and binding leave empty, and exceptions.</summary>
internal sealed class ProblemPages(RequestDelegate next, ILogger logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
                await OfStatus(context).ExecuteAsync(context);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(e, context);
        }
    }

    /// <summary>
    /// Answers a request that threw an exception. When the caller has gone, it does nothing: no one reads the answer, and the server has
    /// not failed.
    /// </summary>
    public Task AnswerAsync(Exception exception, HttpContext context)
    {
        var hasGone = exception is ConnectionResetException or ConnectionAbortedException
            || (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested);
        return hasGone ? Task.CompletedTask : Of(exception, context).ExecuteAsync(context);
    }

    /// <summary>The problem for an exception. The message of an unexpected exception goes to the log, never to the caller.</summary>
    private Problem Of(Exception exception, HttpContext context)
    {
        switch (exception)
        {
            case ProblemException known:
                return known.Problem;
            case StoreUnavailableException:
                var detail = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
                    ? "This cannot be read now. Send the request again."
                    : "Herald does not know whether anything was stored. Send the request again, with the same ids.";
                return new(ProblemKind.StoreUnavailable, detail) { RetryAfter = 1 };
            case BadHttpRequestException bad:
                return new(ProblemKind.OfStatus(bad.StatusCode), bad.Message) { Status = bad.StatusCode };
            default:
                logger.LogError(exception,
                    "{Method} {Path} failed with an unexpected error. The caller received status 500.",
                    context.Request.Method, context.Request.Path.Value);
                return new(ProblemKind.Internal, "The request failed with an unexpected error. The server's log has the details.");
        }
    }

    private static Problem OfStatus(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var detail = status switch
        {
            404 => "This address does not exist. /openapi.json lists all addresses.",
            405 => $"Allowed methods: {context.Response.Headers.Allow}.",
            415 => "Send application/json.",
            _ => "The request was refused.",
        };
        return new(ProblemKind.OfStatus(status), detail) { Status = status };
    }
}
