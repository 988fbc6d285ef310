using System.Buffers;
using System.Globalization;
using System.Text;
using Herald.Lab.Orders;
using Herald.Lab.Receivers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Lab.Catchers;

/// <summary>
/// One handler of webhooks, on a port of its own. For each webhook it (1) verifies the signature, (2) records the change of the order,
/// whatever the answer will be, (3) misbehaves, (4) acknowledges. It also answers <c>GET /metrics</c>.
/// </summary>
public sealed class Catcher : IHttpApplication<IFeatureCollection>, IAsyncDisposable
{
    public const string HookPath = "/hook";
    private const string MetricsPath = "/metrics";
    private readonly LoopbackListener _listener;
    private readonly IHttpApplication<IFeatureCollection> _listened;
    private readonly SignatureCheck? _signature;
    private readonly Action<Catch> _caught;
    private readonly Func<string> _metrics;
    private readonly TimeProvider _time;

    /// <param name="number">1 for the first catcher of a process.</param>
    /// <param name="port">0 for any free port.</param>
    /// <param name="secret">Null to accept webhooks without a check.</param>
    /// <param name="caught">Called for each webhook immediately before it is answered. Calls can overlap.</param>
    /// <param name="metrics">Returns the content of <c>/metrics</c>.</param>
    /// <param name="around">A wrapper that observes the requests; null for none.</param>
    public Catcher(
        int number, int port, string? secret, Misbehaviour misbehaviour, Action<Catch> caught, Func<string> metrics, TimeProvider time,
        WebhookReceiver.Around? around = null)
    {
        _listened = around?.Invoke(this) ?? this;
        (Number, Secret, _listener, Misbehaviour, _caught, _metrics, _time) = (number, secret, new(port), misbehaviour, caught, metrics, time);
        _signature = secret is null ? null : new SignatureCheck(secret, time);
    }

    public int Number { get; }
    public string? Secret { get; }
    public Misbehaviour Misbehaviour { get; }
    public CatcherCounts Counts { get; } = new();
    public OrderCheck Order { get; } = new();

    /// <summary>The customer for which it is registered; null for none.</summary>
    public Guid? Customer { get; set; }
    public Uri Endpoint => new($"http://127.0.0.1:{_listener.Port}{HookPath}");

    public Task StartAsync(CancellationToken cancel) => _listener.ComeUpAsync(_listened, cancel);

    /// <summary>Refuses connections until it is started again, as if its process had died.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception) { }

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        if (request.Path == MetricsPath)
        {
            response.Headers.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(Encoding.UTF8.GetBytes(_metrics()));
            return;
        }
        var length = (int)(request.Headers.ContentLength ?? 0);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await request.Body.ReadExactlyAsync(buffer.AsMemory(0, length));
            await AnswerAsync(request, response, buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask AnswerAsync(IHttpRequestFeature request, IHttpResponseFeature response, ReadOnlyMemory<byte> body)
    {
        // 1. Verify the signature.
        string? id = request.Headers["webhook-id"];
        if (_signature?.Refuse(id, request.Headers["webhook-timestamp"], request.Headers["webhook-signature"], body.Span) is not null)
        {
            Counts.CountRefusal();
            response.StatusCode = 401;
            return;
        }
        _ = int.TryParse(request.Headers["herald-attempt"], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt);
        Counts.CountAttempt(attempt);

        // 2. Record the change, by first receipt.
        var order = OrderMessage.TryParse(body);
        if (order is null)
            Counts.CountUnchecked();
        else
            Counts.CountReceipt(Order.Arrive(order.OrderId, order.SequenceNumber), order.SequenceNumber);

        // 3. Misbehave.
        var answer = Misbehaviour.Next();
        if (answer.Fails)
            (response.StatusCode, response.Headers["mode"]) = (500, Modes.NameOf(answer.Mode));
        else if (answer.Delay > TimeSpan.Zero)
            await Task.Delay(answer.Delay, _time);

        // 4. Acknowledge.
        var isFirst = !answer.Fails && order is not null && Order.Acknowledge(order.OrderId, order.SequenceNumber);
        if (isFirst)
            Counts.Lags.Record(_time.GetUtcNow().UtcDateTime - order!.OccurredAt);
        if (!answer.Fails)
            response.StatusCode = 204;
        Counts.CountAnswer(answer);
        _caught(new(new ReceivedWebhook(request.Path, id ?? "", attempt, request.Headers, body), order, answer, isFirst));
    }
}
