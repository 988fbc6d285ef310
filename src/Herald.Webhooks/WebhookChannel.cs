using System.Buffers;
using System.Net;
using System.Text;
using Herald.Engine.Channels;

namespace Herald.Webhooks;

/// <summary>Delivers events as signed HTTP POST requests (Standard Webhooks).</summary>
/// <remarks>
/// An attempt has these steps:
/// <list type="number">
/// <item>Check the event. A content type that a header cannot contain is rejected, not changed.</item>
/// <item>Start the time-out. It covers all further steps.</item>
/// <item>Create the request and sign the bytes as published.</item>
/// <item>
/// Send it over a pooled or a new connection. The <see cref="AddressGuard"/> checks each address of a new connection. If a pooled
/// connection turns out to have ended, send it once more over a new one.
/// </item>
/// <item>
/// The status decides the result. The first 4 KiB of the answer are kept and some more are drained. If there is still more, the connection
/// is closed.
/// </item>
/// <item>Every failure on the way becomes a result too. The payload is released before the attempt ends.</item>
/// </list>
/// </remarks>
public sealed class WebhookChannel : IChannel, IDisposable
{
    private const int MaxAnswerBytes = 4096;

    /// <summary>The longest time-out of an attempt. No connection needs more.</summary>
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly AddressGuard? _guard;
    private readonly HttpMessageInvoker _http;
    private readonly HttpMessageInvoker _unpooled;
    private readonly DeadlinePool _deadlines;
    private TimestampText _timestamp = new(0);

    /// <exception cref="ArgumentException">An option is out of its range; the message names each.</exception>
    public WebhookChannel(WebhookOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));

        _options = options;
        _time = time;
        _guard = options.Guard is not false
            ? new AddressGuard((options.AllowedNetworks ?? []).Select(network => IPNetwork.Parse(network)))
            : null;
        _http = new HttpMessageInvoker(CreateHandler(options.ConnectionLifetime));
        _unpooled = new HttpMessageInvoker(CreateHandler(TimeSpan.Zero));
        _deadlines = new DeadlinePool(time);
    }

    public IReadOnlyList<string> Schemes { get; } = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];

    public SecretRules? Secret => SigningSecret.Rules;

    public string? Refuse(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return EndpointRules.Refuse(address, _guard);
    }

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        // 1. What cannot be sent.
        if (!HeaderText.IsPlain(attempt.Event.ContentType))
            return new(Unsendable(AttemptOutcome.Rejected, "the event's content type cannot be written in a header"));
        if (_options.Proxy is not null && _guard is not null
            && EndpointRules.RefuseAddress(attempt.Subscription.Endpoint.Address, _guard) is { } refusal)
            return new(Unsendable(AttemptOutcome.Failed, refusal));
        return SendAsync(attempt, cancel);
    }

    public void Dispose()
    {
        _http.Dispose();
        _unpooled.Dispose();
        _deadlines.Dispose();
    }

    private async ValueTask<AttemptResult> SendAsync(Attempt attempt, CancellationToken cancel)
    {
        // 2. The time-out.
        var started = _time.GetTimestamp();
        var timeout = attempt.Subscription.Limits.Timeout;
        var deadline = _deadlines.Start(timeout);
        var stopping = cancel.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        var clean = false;

        // 3. The request.
        var content = new PayloadContent(attempt.Event.Payload);
        var request = CreateRequest(attempt, content);
        try
        {
            // 4. and 5.
            using var response = await PostAsync(request, content, deadline.Token).ConfigureAwait(false);
            var answer = await ReadAnswerAsync(response, deadline.Token).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            clean = content.Sending.IsCompleted;
            return Judge(response, answer, attempt.Subscription.Endpoint.Address, _time.GetElapsedTime(started));
        }
        // 6. Failures.
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            var duration = _time.GetElapsedTime(started);
            return deadline.IsCancellationRequested
                ? Failures.TimedOut(attempt.Subscription.Endpoint.Address, content.Stage, timeout, duration)
                : Failures.From(failure, attempt.Subscription.Endpoint.Address, content.Stage, duration);
        }
        finally
        {
            await stopping.DisposeAsync().ConfigureAwait(false);
            if (!clean)
                await StopReadingPayloadAsync(content, deadline).ConfigureAwait(false);
            request.Dispose();
            _deadlines.Return(deadline);
        }
    }

    /// <summary>
    /// An endpoint can close an idle connection just when it is used again. That is no failure of the endpoint or of the event, and must
    /// not use up an attempt: a policy can have only one.
    /// </summary>
    private async ValueTask<HttpResponseMessage> PostAsync(HttpRequestMessage request, PayloadContent content, CancellationToken cancel)
    {
        try
        {
            return await _http.SendAsync(request, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException failure) when (Failures.IsStaleConnection(failure))
        {
            content.StartOver();
            return await _unpooled.SendAsync(request, cancel).ConfigureAwait(false);
        }
    }

    private HttpRequestMessage CreateRequest(in Attempt attempt, PayloadContent content)
    {
        var now = _time.GetUtcNow();
        var timestamp = TimestampOf(now);
        var signature = WebhookSignature.Of(attempt.Secrets, attempt.MessageId, timestamp, attempt.Event.Payload.Span, now);
        var request = new HttpRequestMessage(HttpMethod.Post, attempt.Subscription.Endpoint.Address)
        {
            // HTTP/2 if TLS negotiates it, otherwise HTTP/1.1.
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = content,
        };
        WebhookHeaders.Write(request.Headers, attempt, timestamp, signature);
        WebhookHeaders.WriteContentType(content.Headers, attempt.Event.ContentType);
        return request;
    }

    private AttemptResult Judge(HttpResponseMessage response, string answer, Uri endpoint, TimeSpan duration)
    {
        var status = (int)response.StatusCode;
        var delivered = status is >= 200 and < 300;
        return new AttemptResult
        {
            Outcome = delivered ? AttemptOutcome.Delivered : status == 410 ? AttemptOutcome.EndpointGone : AttemptOutcome.Failed,
            Stage = AttemptStage.Response,
            StatusCode = status,
            Reason = delivered
                ? ""
                : $"{Failures.Name(endpoint)} answered {status}{(status is >= 300 and < 400 ? ": redirects are not followed" : "")}",
            RetryAfter = delivered ? null : RetryAfter.Read(response.Headers, _time.GetUtcNow(), _options.MaxRetryAfter),
            EndpointTroubled = status is 429 or 503,
            Duration = duration,
            Answer = answer,
        };
    }

    /// <summary>
    /// Reads at most 4 KiB. The status has already decided the result, so an answer that breaks off or never ends is cut and changes
    /// nothing.
    /// </summary>
    private static async ValueTask<string> ReadAnswerAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxAnswerBytes);
        var length = 0;
        try
        {
            var body = response.Content.ReadAsStream(cancel);
            while (length < MaxAnswerBytes)
            {
                var read = await body.ReadAsync(buffer.AsMemory(length, MaxAnswerBytes - length), cancel).ConfigureAwait(false);
                if (read == 0)
                    break;
                length += read;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
        }

        // Databases refuse text that contains a zero character.
        var answer = length == 0 ? "" : Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', '\uFFFD');
        ArrayPool<byte>.Shared.Return(buffer);
        return answer;
    }

    private static async ValueTask StopReadingPayloadAsync(PayloadContent content, CancellationTokenSource deadline)
    {
        await deadline.CancelAsync().ConfigureAwait(false);
        await content.Sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private SocketsHttpHandler CreateHandler(TimeSpan connectionLifetime)
    {
        // Permits limit connections, not this handler: a limit per host would let one slow subscription stop another on the same host.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = new Dialler(_options.Proxy is null ? _guard : null, _options, _time).DialAsync,
            ConnectTimeout = LongestTimeout,
            EnableMultipleHttp2Connections = true,
            MaxResponseDrainSize = _options.MaxDrainBytes,
            MaxResponseHeadersLength = 32,
            PooledConnectionIdleTimeout = _options.IdleConnectionLifetime,
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult(Watched(context)),
            PooledConnectionLifetime = connectionLifetime,
            Proxy = _options.Proxy is null ? null : new WebProxy(_options.Proxy),
            UseCookies = false,
            UseProxy = _options.Proxy is not null,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = _options.AcceptCertificate;
        return handler;
    }

    /// <summary>HTTP/2 says itself when a connection ends, and what goes through the tunnel of a proxy is not HTTP.</summary>
    private Stream Watched(SocketsHttpPlaintextStreamFilterContext context) =>
        context.NegotiatedHttpVersion.Major == 1 && context.InitialRequestMessage.Method != HttpMethod.Connect
            ? new EndpointConnection(context.PlaintextStream, _time) : context.PlaintextStream;

    private string TimestampOf(DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        var cached = _timestamp;
        if (cached.Seconds != seconds)
            _timestamp = cached = new TimestampText(seconds);
        return cached.Text;
    }

    private static AttemptResult Unsendable(AttemptOutcome outcome, string reason) => new()
    {
        Outcome = outcome,
        Stage = AttemptStage.Guard,
        Reason = reason,
        EndpointTroubled = outcome == AttemptOutcome.Failed,
    };

    /// <summary>Shared by all attempts within one second.</summary>
    private sealed class TimestampText(long seconds)
    {
        public readonly long Seconds = seconds;
        public readonly string Text = HeaderText.Number(seconds);
    }
}
