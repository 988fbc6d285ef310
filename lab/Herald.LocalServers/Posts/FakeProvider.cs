using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Herald.LocalServers.Http;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Herald.LocalServers.Posts;

/// <summary>
/// A provider of chat posts or text messages on a free port of 127.0.0.1. Each judges requests and answers as its vendor documents it. It
/// can be told to answer something else.
/// </summary>
public abstract class FakeProvider : IAsyncDisposable
{
    private const int HugeAnswerBytes = 8 << 20;
    private static readonly byte[] Padding = Encoding.ASCII.GetBytes(new string('h', 16 * 1024));

    private readonly ConcurrentQueue<PlannedAnswer> _plans = new();
    private readonly Channel<ProviderCall> _calls = Channel.CreateUnbounded<ProviderCall>();
    private readonly ConcurrentQueue<AcceptedPost> _accepted = new();
    private readonly CancellationTokenSource _stop = new();
    private LocalHttpServer _server = null!;
    private int _answered;

    /// <summary>The address without a path.</summary>
    public Uri Address => _server.Address;

    /// <summary>Each request, as soon as it has arrived.</summary>
    public ChannelReader<ProviderCall> Calls => _calls.Reader;

    /// <summary>What people would see, in the order in which it was taken.</summary>
    public IReadOnlyCollection<AcceptedPost> Accepted => _accepted;

    /// <summary>Called with each request that was judged, and with its answer, before the caller gets it.</summary>
    public Action<ProviderCall, ProviderAnswer> Judged { get; set; } = (_, _) => { };

    /// <summary>False for a run that counts by <see cref="Judged"/> and is long: nothing is kept.</summary>
    public bool KeepsCalls { get; set; } = true;

    /// <summary>What is answered when no plan is left.</summary>
    public PlannedAnswer Always { get; set; }

    /// <summary>The wait that <see cref="PlannedAnswer.Throttled"/> asks for.</summary>
    public int WaitSeconds { get; set; } = 30;

    /// <summary>The date that <see cref="PlannedAnswer.ThrottledUntilDate"/> gives.</summary>
    public DateTimeOffset ThrottledUntil { get; set; }

    /// <summary>The number of answers so far; vendors put a number of their own into each.</summary>
    protected int Answered => _answered;

    /// <summary>Starts the fake.</summary>
    public static async Task<T> StartAsync<T>(T fake, CancellationToken cancel = default)
        where T : FakeProvider
    {
        ArgumentNullException.ThrowIfNull(fake);
        fake._server = await LocalHttpServer.StartAsync(fake.HandleAsync, HttpProtocols.Http1, cancel);
        return fake;
    }

    /// <summary>Plans the answers to the next requests, one for each.</summary>
    public void Plan(params IReadOnlyList<PlannedAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        foreach (var answer in answers)
            _plans.Enqueue(answer);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stop.CancelAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>The vendor's answer to a request, correct or not. It calls <see cref="Accept"/> when it takes it.</summary>
    protected abstract ProviderAnswer Judge(ProviderCall call);

    /// <param name="wait">The wait in seconds.</param>
    protected abstract ProviderAnswer Throttled(int wait);

    protected abstract ProviderAnswer BadRecipient { get; }

    protected abstract ProviderAnswer BadToken { get; }

    protected void Accept(AcceptedPost post)
    {
        if (KeepsCalls)
            _accepted.Enqueue(post);
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        var request = context.Request;
        // The path as it was sent: a decoded one would hide a slash that was escaped.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        var call = new ProviderCall(request.Method, target[0], target.Length == 2 ? target[1] : "", headers, body.ToArray());
        var plan = _plans.TryDequeue(out var planned) ? planned : Always;
        if (KeepsCalls)
            await _calls.Writer.WriteAsync(call, CancellationToken.None);
        Interlocked.Increment(ref _answered);
        await AnswerAsync(context, call, plan);
    }

    private Task AnswerAsync(HttpContext context, ProviderCall call, PlannedAnswer plan) => plan switch
    {
        PlannedAnswer.Judged => WriteAsync(context, JudgeAndTell(call)),
        PlannedAnswer.Throttled => WriteAsync(context, With(Throttled(WaitSeconds), WaitSeconds.ToString(CultureInfo.InvariantCulture))),
        PlannedAnswer.ThrottledUntilDate => WriteAsync(
            context, With(Throttled(WaitSeconds), ThrottledUntil.ToString("R", CultureInfo.InvariantCulture))),
        PlannedAnswer.BadRecipient => WriteAsync(context, BadRecipient),
        PlannedAnswer.BadToken => WriteAsync(context, BadToken),
        PlannedAnswer.Unavailable => WriteAsync(context, Page(503, "Service Unavailable")),
        PlannedAnswer.Silence => HangAsync(context),
        PlannedAnswer.Half => BreakOffAsync(context, Judge(call)),
        PlannedAnswer.Page => WriteAsync(context, Page(200, "Welcome to our new office")),
        PlannedAnswer.Huge => WriteHugeAsync(context),
    };

    private ProviderAnswer JudgeAndTell(ProviderCall call)
    {
        var answer = Judge(call);
        Judged(call, answer);
        return answer;
    }

    private static ProviderAnswer With(ProviderAnswer answer, string retryAfter) =>
        answer with { Headers = [.. answer.Headers, KeyValuePair.Create("Retry-After", retryAfter)] };

    private static ProviderAnswer Page(int status, string title) =>
        new(status, $"<!doctype html><html><head><title>{title}</title></head><body>{title}</body></html>", "text/html");

    private static async Task WriteAsync(HttpContext context, ProviderAnswer answer)
    {
        var body = Begin(context, answer);
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static async Task BreakOffAsync(HttpContext context, ProviderAnswer answer)
    {
        // The server itself would not promise that the first half has gone out before it closes the connection, so its socket is used.
        var body = Encoding.UTF8.GetBytes(answer.Body);
        var head = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {answer.Status} Half\r\nContent-Type: {answer.ContentType}\r\nContent-Length: {body.Length}\r\n\r\n"));
        // An answer without a body breaks off in its head.
        byte[] half = body.Length == 0 ? head[..(head.Length / 2)] : [.. head, .. body[..(body.Length / 2)]];
        var socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        await socket.SendAsync(half, context.RequestAborted);
        socket.Shutdown(SocketShutdown.Send);
        context.Abort();
    }

    private async Task HangAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, context.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }

    private static async Task WriteHugeAsync(HttpContext context)
    {
        context.Response.StatusCode = 200;
        context.Response.ContentType = "application/json";
        try
        {
            await context.Response.Body.WriteAsync("{\"padding\":\""u8.ToArray(), context.RequestAborted);
            for (var written = 0; written < HugeAnswerBytes; written += Padding.Length)
                await context.Response.Body.WriteAsync(Padding, context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The caller has read enough.
        }
        context.Abort();
    }

    /// <summary>Writes the head of the answer. Returns its body.</summary>
    private static byte[] Begin(HttpContext context, ProviderAnswer answer)
    {
        var body = Encoding.UTF8.GetBytes(answer.Body);
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        if (answer.Status == 204)
            return body;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = body.Length;
        return body;
    }
}
