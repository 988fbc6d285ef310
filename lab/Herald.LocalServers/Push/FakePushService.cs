using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Herald.LocalServers.Http;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Herald.LocalServers.Push;

/// <summary>
/// A push service on a free port of 127.0.0.1. Each judges requests and answers as its documents say. It can be told to do something else.
/// </summary>
public abstract class FakePushService : IAsyncDisposable
{
    private const int HugeAnswerBytes = 8 << 20;

    private static readonly byte[] Padding = Encoding.ASCII.GetBytes(new string('h', 16 * 1024));

    private readonly ConcurrentQueue<PushPlan> _plans = new();
    private readonly Channel<PushCall> _calls = Channel.CreateUnbounded<PushCall>();
    private readonly ConcurrentQueue<AcceptedPush> _accepted = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpProtocols _protocols;
    private LocalHttpServer? _server;

    protected FakePushService(TimeProvider time, HttpProtocols protocols) => (Time, _protocols) = (time, protocols);

    /// <summary>The address without a path.</summary>
    public Uri Address => _server!.Address;

    /// <summary>Each message that was sent here, as soon as it has arrived.</summary>
    public ChannelReader<PushCall> Calls => _calls.Reader;

    /// <summary>What devices would get, in the order in which it was taken.</summary>
    public IReadOnlyCollection<AcceptedPush> Accepted => _accepted;

    /// <summary>Called with what a device gets, before the caller has its answer.</summary>
    public Action<AcceptedPush> Taken { get; set; } = _ => { };

    /// <summary>What is done when no plan is left.</summary>
    public PushPlan Always { get; set; }

    /// <summary>The wait that <see cref="PushPlan.Throttled"/> and <see cref="PushPlan.Unavailable"/> ask for; null for none.</summary>
    public int? WaitSeconds { get; set; } = 30;

    protected TimeProvider Time { get; }

    public static async Task<T> StartAsync<T>(T fake, CancellationToken cancel = default)
        where T : FakePushService
    {
        ArgumentNullException.ThrowIfNull(fake);
        try
        {
            fake._server = await LocalHttpServer.StartAsync(fake.HandleAsync, fake._protocols, cancel);
        }
        catch
        {
            await fake.DisposeAsync();
            throw;
        }
        return fake;
    }

    /// <summary>Plans what is done with the next messages, one for each.</summary>
    public void Plan(params IReadOnlyList<PushPlan> plans)
    {
        ArgumentNullException.ThrowIfNull(plans);
        foreach (var plan in plans)
            _plans.Enqueue(plan);
    }

    /// <summary>Requests that are still under way are broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        DisposeKeys();
        _stop.Dispose();
    }

    /// <summary>The answer to a request, correct or not. It calls <see cref="Accept"/> when it takes it.</summary>
    protected abstract PushAnswer Judge(PushCall call);

    protected abstract PushAnswer Throttled { get; }

    protected abstract PushAnswer Gone { get; }

    protected abstract PushAnswer ExpiredToken { get; }

    protected abstract PushAnswer Broken { get; }

    protected abstract PushAnswer Unavailable { get; }

    /// <summary>The answer to a request that is no message, such as one for a token; null when it is a message.</summary>
    protected virtual Task<PushAnswer?> AnswerOtherAsync(PushCall call, CancellationToken aborted) => Task.FromResult<PushAnswer?>(null);

    protected virtual void DisposeKeys() { }

    protected void Accept(AcceptedPush push)
    {
        _accepted.Enqueue(push);
        Taken(push);
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = context.Request;
        var headers = request.Headers.ToDictionary(
            header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var call = new PushCall(request.Method, target, request.Protocol, context.Connection.Id, headers, body.ToArray());
        if (await AnswerOtherAsync(call, context.RequestAborted) is { } other)
        {
            await WriteAsync(context, other);
            return;
        }
        var plan = _plans.TryDequeue(out var planned) ? planned : Always;
        await _calls.Writer.WriteAsync(call, CancellationToken.None);
        await FollowAsync(context, call, plan);
    }

    private Task FollowAsync(HttpContext context, PushCall call, PushPlan plan) => plan switch
    {
        PushPlan.Judged => WriteAsync(context, Judge(call)),
        PushPlan.Throttled => WriteAsync(context, WithWait(Throttled)),
        PushPlan.Gone => WriteAsync(context, Gone),
        PushPlan.ExpiredToken => WriteAsync(context, ExpiredToken),
        PushPlan.Broken => WriteAsync(context, Broken),
        PushPlan.Unavailable => WriteAsync(context, WithWait(Unavailable)),
        PushPlan.Silence => HangAsync(context.RequestAborted),
        PushPlan.Half => BreakOffAsync(context),
        PushPlan.Huge => WriteHugeAsync(context),
        PushPlan.Goodbye => SayGoodbyeAsync(context, Judge(call)),
        PushPlan.BrokenConnection => EndConnectionAsync(context),
    };

    /// <summary>Waits until the caller gives up, or until the fake is disposed.</summary>
    protected async Task HangAsync(CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, aborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private PushAnswer WithWait(PushAnswer answer) => WaitSeconds is not { } seconds
        ? answer
        : answer with { Headers = [.. answer.Headers, KeyValuePair.Create("retry-after", seconds.ToString(CultureInfo.InvariantCulture))] };

    private static async Task WriteAsync(HttpContext context, PushAnswer answer)
    {
        var body = Encoding.UTF8.GetBytes(answer.Body);
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        if (body.Length == 0)
            return;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The status line says 500, and half of a body follows.</summary>
    private static async Task BreakOffAsync(HttpContext context)
    {
        context.Response.StatusCode = 500;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = 100;
        await context.Response.Body.WriteAsync("{\"error\": {\"code\": 50"u8.ToArray(), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private static async Task WriteHugeAsync(HttpContext context)
    {
        context.Response.StatusCode = 500;
        try
        {
            for (var written = 0; written < HugeAnswerBytes; written += Padding.Length)
                await context.Response.Body.WriteAsync(Padding, context.RequestAborted);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // The caller has read enough.
        }
    }

    private static Task SayGoodbyeAsync(HttpContext context, PushAnswer answer)
    {
        context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
        return WriteAsync(context, answer);
    }

    private static Task EndConnectionAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
        return Task.CompletedTask;
    }
}
