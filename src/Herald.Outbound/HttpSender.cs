using Herald.Engine.Channels;

namespace Herald.Outbound;

/// <summary>
/// Sends HTTP requests to addresses that subscriptions name. Nothing that an endpoint does is an exception for the caller.
/// </summary>
/// <remarks>
/// A request has these steps:
/// <list type="number">
/// <item>Start the time-out. It covers all further steps.</item>
/// <item>Create the request.</item>
/// <item>
/// Send it over a pooled or a new connection. The <see cref="AddressGuard"/> checks each address of a new connection. If a pooled
/// connection turns out to have ended, create the request again and send it once more over a new one. Redirects are not followed.
/// </item>
/// <item>
/// The beginning of the answer is kept and some more is drained. If there is still more, the connection is closed. An answer whose status
/// has arrived is an answer: the end of the time, also of the caller's, only cuts its body.
/// </item>
/// <item>Every failure on the way becomes a result. The payload is released before the call ends.</item>
/// </list>
/// </remarks>
public sealed class HttpSender : IDisposable
{
    private readonly OutboundOptions _options;
    private readonly Dialler _dialler;
    private readonly TimeProvider _time;
    private readonly HttpConnections _pooled;
    private readonly HttpConnections _unpooled;
    private readonly HttpConnections _http2;
    private readonly DeadlinePool _deadlines;

    /// <exception cref="ArgumentException">An option is out of its range; the message names each.</exception>
    public HttpSender(OutboundOptions options, TimeProvider time)
        : this(options, new Dialler(options, time), time)
    {
    }

    /// <param name="dialler">Made of the same options.</param>
    public HttpSender(OutboundOptions options, Dialler dialler, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(dialler);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _dialler = dialler;
        _time = time;
        _pooled = new(options, dialler, time, options.ConnectionLifetime);
        _unpooled = new(options, dialler, time, TimeSpan.Zero);
        _http2 = new(options, dialler, time, options.ConnectionLifetime, HttpKeepAlivePingPolicy.Always);
        _deadlines = new DeadlinePool(time);
    }

    /// <summary>The guard that judges each address. Callers can ask it early, before there is anything to send.</summary>
    public AddressGuard Guard => _dialler.Guard;

    /// <summary>The clock of time-outs and pauses.</summary>
    public TimeProvider Time => _time;

    /// <summary>A sender with the same options that shares no connection with this one. The caller disposes it.</summary>
    public HttpSender WithOwnConnections() => new(_options, _dialler, _time);

    /// <param name="create">Creates the request of the state. It is called again when the request must be sent again.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled before an answer came.</exception>
    public async ValueTask<SendResult> SendAsync<TState>(
        Func<TState, OutboundRequest> create, TState state, SendRules rules, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(create);

        // 1. The time-out.
        var started = _time.GetTimestamp();
        var deadline = _deadlines.Start(rules.Timeout);
        var stopping = cancel.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        var clean = false;
        OutboundRequest? request = null;
        try
        {
            // 2. The request.
            request = create(state);
            if (RefuseBehindProxy(request, rules) is { } refusal)
                return new(AttemptResult.Troubled(AttemptStage.Guard, refusal));

            // 3. The connection.
            HttpResponseMessage response;
            try
            {
                response = await (request.NeedsHttp2 ? _http2 : _pooled).SendAsync(request, deadline.Token).ConfigureAwait(false);
            }
            catch (HttpRequestException failure) when (CanSendAgain(failure, rules))
            {
                var mayHaveArrived = request.Stage >= AttemptStage.Send && !Failures.FindStaleConnection(failure)!.IsUnsent;
                await ReleaseAsync(request).ConfigureAwait(false);
                request = create(state);
                request.Follow(mayHaveArrived);
                response = await _unpooled.SendAsync(request, deadline.Token).ConfigureAwait(false);
            }

            // 4. The answer.
            using (response)
            {
                var status = (int)response.StatusCode;
                var (body, isWhole) = await AnswerBody
                    .ReadAsync(response, rules.MaxAnswerBytes, deadline, PatienceOf(rules, status, started)).ConfigureAwait(false);
                clean = request.Sending.IsCompleted;
                return new(new HttpAnswer(
                    status, response.Headers, body, isWhole, RetryAfterOf(response), _time.GetElapsedTime(started)));
            }
        }
        // 5. Failures.
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (Exception failure) when (
            request?.RequestUri is not null && failure is HttpRequestException or IOException or OperationCanceledException)
        {
            var duration = _time.GetElapsedTime(started);
            return new(deadline.IsCancellationRequested
                ? Failures.TimedOut(request!.RequestUri!, request.Stage, rules.Timeout, duration)
                : Failures.From(failure, request!.RequestUri!, request.Stage, rules.Remedy, duration));
        }
        finally
        {
            await stopping.DisposeAsync().ConfigureAwait(false);
            if (!clean)
                await deadline.CancelAsync().ConfigureAwait(false);
            if (request is not null)
                await ReleaseAsync(request).ConfigureAwait(false);
            _deadlines.Return(deadline);
        }
    }

    public void Dispose()
    {
        _pooled.Dispose();
        _unpooled.Dispose();
        _http2.Dispose();
        _deadlines.Dispose();
    }

    /// <summary>
    /// An endpoint can close an idle connection just when it is used again. That is no failure of the endpoint or of the request, and must
    /// not use up an attempt: a policy can have only one.
    /// </summary>
    private static bool CanSendAgain(HttpRequestException failure, SendRules rules) =>
        Failures.FindStaleConnection(failure) is { } stale && (stale.IsUnsent || !rules.IsSentOnce);

    /// <summary>
    /// Waits until the payload is no longer read. That is at once, unless the endpoint answered or failed before it had the whole.
    /// </summary>
    private static async ValueTask ReleaseAsync(OutboundRequest request)
    {
        if (!request.Sending.IsCompleted)
            await request.Sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        request.Dispose();
    }

    /// <summary>A proxy resolves names. Then only addresses that are written in the URL can be checked here.</summary>
    private string? RefuseBehindProxy(OutboundRequest request, in SendRules rules) =>
        _options.Proxy is not null && Guard.Find(request.RequestUri!) is { } found
            ? $"{request.RequestUri!.IdnHost} is at {found.Address}, which is {found.What}; {rules.Remedy}" : null;

    /// <summary>Null when the body may take all the time that is left.</summary>
    private TimeSpan? PatienceOf(in SendRules rules, int status, long started)
    {
        var left = rules.Timeout - _time.GetElapsedTime(started);
        return left <= SendRules.BodyPatience || rules.NeedsBody?.Invoke(status) == true ? null : SendRules.BodyPatience;
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) =>
        response.IsSuccessStatusCode ? null : RetryAfter.Read(response.Headers, _time.GetUtcNow(), _options.MaxRetryAfter);
}
