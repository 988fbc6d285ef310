using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Lab.Receivers;

/// <summary>
/// A webhook receiver on loopback. It verifies every signature, and then behaves as ordered. It runs on bare Kestrel, without routing or
/// middleware, so that it takes little CPU from the server on the same machine.
/// </summary>
public sealed class WebhookReceiver : IHttpApplication<IFeatureCollection>, IAsyncDisposable
{
    private readonly SignatureCheck? _signature;
    private readonly LoopbackListener _listener;
    private readonly IHttpApplication<IFeatureCollection> _listened;
    private readonly Action<ReceivedWebhook> _acknowledged;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Lock _randomLock = new();
    private long _attempts;
    private long _refusals;
    private int _highestAttempt;
    private string? _lastRefusal;

    private WebhookReceiver(
        string name, string? secret, Conduct conduct, Action<ReceivedWebhook> acknowledged, TimeProvider time, Random random, int port,
        Around? around)
    {
        _listened = around?.Invoke(this) ?? this;
        (Name, Conduct, _acknowledged, _time, _random, _listener) = (name, conduct, acknowledged, time, random, new(port));
        _signature = secret is null ? null : new SignatureCheck(secret, time);
    }

    /// <summary>Wraps the receiver, between it and the listener.</summary>
    public delegate IHttpApplication<IFeatureCollection> Around(IHttpApplication<IFeatureCollection> receiver);

    public string Name { get; }
    public int Port => _listener.Port;
    public Uri Endpoint => new($"http://127.0.0.1:{Port}/{Name}");
    public Conduct Conduct { get; set; }
    public bool IsUp => _listener.IsUp;

    /// <summary>All requests that arrived, whatever the answer was.</summary>
    public long Attempts => Interlocked.Read(ref _attempts);

    /// <summary>The highest attempt number that arrived: 1 when there was no retry.</summary>
    public int HighestAttempt => Volatile.Read(ref _highestAttempt);

    /// <summary>Requests with an invalid signature, and requests that are not webhooks. There should be none.</summary>
    public long Refusals => Interlocked.Read(ref _refusals);
    public string? LastRefusal => Volatile.Read(ref _lastRefusal);

    /// <param name="secret">Null to accept webhooks without a check.</param>
    /// <param name="port">0 for any free port.</param>
    /// <param name="around">A wrapper that observes the requests; null for none.</param>
    /// <param name="acknowledged">
    /// Called for each webhook before its 2xx is sent. Calls can overlap. An exception makes the answer a 500.
    /// </param>
    public static async Task<WebhookReceiver> StartAsync(
        string name, string? secret, Conduct conduct, Action<ReceivedWebhook> acknowledged, TimeProvider time, Random random,
        CancellationToken cancel,
        int port = 0, Around? around = null)
    {
        var receiver = new WebhookReceiver(name, secret, conduct, acknowledged, time, random, port, around);
        await receiver.ComeBackAsync(cancel);
        return receiver;
    }

    /// <summary>Listens again, on the same port.</summary>
    public Task ComeBackAsync(CancellationToken cancel) => _listener.ComeUpAsync(_listened, cancel);

    /// <summary>Lets requests under way end, and then refuses connections.</summary>
    public Task GoDownAsync(CancellationToken cancel) => _listener.GoDownAsync(cancel);

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception) { }

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        Interlocked.Increment(ref _attempts);
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        var length = (int)(request.Headers.ContentLength ?? 0);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await request.Body.ReadExactlyAsync(buffer.AsMemory(0, length));
            response.StatusCode = await AnswerAsync(request, buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<int> AnswerAsync(IHttpRequestFeature request, ReadOnlyMemory<byte> body)
    {
        string? id = request.Headers["webhook-id"];
        if (_signature?.Refuse(id, request.Headers["webhook-timestamp"], request.Headers["webhook-signature"], body.Span) is { } problem)
        {
            Interlocked.Increment(ref _refusals);
            Volatile.Write(ref _lastRefusal, problem);
            return 401;
        }
        _ = int.TryParse(request.Headers["herald-attempt"], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt);
        for (var highest = HighestAttempt; attempt > highest; highest = HighestAttempt)
            Interlocked.CompareExchange(ref _highestAttempt, attempt, highest);
        switch (Conduct)
        {
            case Conduct.Slow slow:
                await Task.Delay(slow.By, _time);
                break;
            case Conduct.Flaky flaky when NextRandom() < flaky.FailingShare:
                return 500;
            case Conduct.Healthy or Conduct.Flaky:
                break;
            default:
                throw new UnreachableException($"{Conduct}");
        }
        _acknowledged(new ReceivedWebhook(request.Path, id ?? "", attempt, request.Headers, body));
        return 204;
    }

    private double NextRandom()
    {
        lock (_randomLock)
            return _random.NextDouble();
    }
}
