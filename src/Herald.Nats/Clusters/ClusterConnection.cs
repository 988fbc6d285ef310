using System.Collections.Concurrent;
using System.Globalization;
using Herald.Nats.Messages;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using ClientException = NATS.Client.Core.NatsException;

namespace Herald.Nats.Clusters;

/// <summary>
/// A connection of NATS.Net to a cluster, with Herald's promises. It outlives servers: when one goes away, it connects to another one and
/// subscribes everything there again.
/// </summary>
/// <remarks>
/// <para>
/// Messages are published <b>at most once</b>. A message that was under way when the connection broke may have arrived, or may still arrive
/// when the connection is back; <see cref="PublishConfirmedAsync"/> fails then. While there is no connection, every call except
/// <see cref="WhenConnectedAsync"/> fails at once.
/// </para>
/// <para>
/// NATS.Net alone would keep messages for later, would let calls wait while no server is there, and would not report to a publisher that
/// its subject is denied. The file has over 400 lines because publishing, requests and subscriptions all follow one state: whether there is
/// a connection.
/// </para>
/// </remarks>
public sealed class ClusterConnection : IAsyncDisposable
{
    private const int DefaultMaxPayload = 1 << 20;
    private const string Closed = "The connection was closed.";
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(2);

    private readonly ConnectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConnectionNotices _notices;
    private readonly NatsConnection _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<OpenQuestion, byte> _questions = new();

    /// <summary>The subscriptions, with the subjects that NATS.Net has. NATS.Net holds these only by weak references.</summary>
    private readonly ConcurrentDictionary<NatsSubscription, List<SubscribedSubject>> _subscriptions = new();

    // The state of the present connection.
    private readonly Lock _gate = new();
    private CancellationTokenSource? _broken;
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosing;
    private int _links;

    /// <summary>Why the connection is about to break, if that is known.</summary>
    private volatile string? _lastWords;

    private volatile string _lastEnd = Closed;

    /// <summary>The server denies the subjects on which answers come; null when it does not.</summary>
    private volatile string? _noAnswers;

    private Task _connecting = Task.CompletedTask, _watching = Task.CompletedTask;

    private ClusterConnection(ConnectionOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger, _notices) = (options, time, logger, new ConnectionNotices(options, time, logger));
        _client = new NatsConnection(ClientOptions.Of(options, new ClientLog(_notices.Failed, Hear, _notices.Defect)));
        _client.ConnectionOpened += (_, opened) => Connected(opened.Message);
        _client.ConnectionDisconnected += (_, _) => Disconnected();
    }

    public bool IsConnected => _client.ConnectionState == NatsConnectionState.Open && _broken is not null;

    /// <summary>How often a server has accepted this client.</summary>
    public int Links => Volatile.Read(ref _links);

    /// <summary>Why there is no connection; null when there is one.</summary>
    public string? Trouble => IsConnected ? null : _notices.Trouble ?? "There is no connection yet.";

    /// <summary>The largest message, with its headers, that the server takes, in bytes.</summary>
    public int MaxPayload => _client.ServerInfo?.MaxPayload ?? DefaultMaxPayload;

    /// <summary>Begins to connect, and retries in the background.</summary>
    public static ClusterConnection Begin(ConnectionOptions options, TimeProvider time, ILogger logger)
    {
        var connection = new ClusterConnection(options, time, logger);
        connection._connecting = Task.Run(connection.ConnectAsync);
        connection._watching = Task.Run(connection.WatchAsync);
        return connection;
    }

    /// <summary>Completes when there is a connection.</summary>
    /// <exception cref="NatsUnavailableException">The connection was closed.</exception>
    public Task WhenConnectedAsync(CancellationToken cancel)
    {
        lock (_gate)
            return _connected.Task.WaitAsync(cancel);
    }

    /// <returns>A token that is cancelled when the present connection breaks.</returns>
    /// <exception cref="NatsUnavailableException">There is no connection.</exception>
    public CancellationToken CurrentLink()
    {
        lock (_gate)
        {
            if (_broken is not null && _client.ConnectionState == NatsConnectionState.Open)
                return _broken.Token;
        }
        throw new NatsUnavailableException(
            _isClosing ? Closed : $"There is no connection to {_options}: {_notices.Trouble ?? "no server has answered yet"}");
    }

    /// <summary>
    /// Completes when the message is in the buffer of what is sent next; callers wait while that is full. It is sent at most once.
    /// </summary>
    /// <exception cref="NatsUnavailableException">There is no connection, or it broke.</exception>
    /// <exception cref="NatsRefusedException">The message is larger than the server takes.</exception>
    /// <exception cref="ArgumentException">The subject is not valid.</exception>
    public ValueTask PublishAsync(in OutgoingMessage message, CancellationToken cancel)
    {
        var link = CurrentLink();
        Check(message);
        return PublishAsync(message, link, cancel);
    }

    /// <summary>Completes when the server has the message. After a failure other than a refusal, the server may have it too.</summary>
    /// <exception cref="NatsUnavailableException">There is no connection, or it broke before the server had answered.</exception>
    /// <exception cref="NatsRefusedException">The message is larger than the server takes, or its subject is denied.</exception>
    public Task PublishConfirmedAsync(OutgoingMessage message, CancellationToken cancel) =>
        AskAsync(message, ended => ConfirmAsync(message, ended), Timeout.InfiniteTimeSpan, cancel);

    /// <summary>Completes when the server has read all that was published and subscribed.</summary>
    /// <exception cref="NatsUnavailableException">There is no connection, or it broke.</exception>
    public async Task FlushAsync(CancellationToken cancel)
    {
        var link = CurrentLink();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(link, cancel);
        try
        {
            await Task.WhenAll(_subscriptions.Keys.Select(SubscribeAsync)).WaitAsync(either.Token).ConfigureAwait(false);
            await PingAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ClientException or ObjectDisposedException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new NatsUnavailableException($"The connection broke before the server had answered: {ReasonOf(failure, link)}", failure);
        }
    }

    /// <summary>Publishes a message and waits for one answer.</summary>
    /// <returns>The payload of the answer.</returns>
    /// <exception cref="NoRespondersException">There is no subscriber of the subject.</exception>
    /// <exception cref="NatsTimeoutException">There is no answer in time.</exception>
    /// <exception cref="NatsUnavailableException">There is no connection, or it broke before there was an answer.</exception>
    /// <exception cref="NatsRefusedException">The message is larger than the server takes, or its subject is denied.</exception>
    public Task<byte[]> RequestAsync(OutgoingMessage message, TimeSpan timeout, CancellationToken cancel) =>
        AskAsync(message, ended => AnswerAsync(message, ended), timeout, cancel);

    /// <summary>
    /// Receives the messages to a subject from now on, also on later connections. Messages that are sent while there is no connection are
    /// missed.
    /// </summary>
    /// <param name="queue">The queue group. Each message goes to one subscription of the group.</param>
    public NatsSubscription Subscribe(string subject, string? queue = null, SubscriptionBounds? bounds = null) =>
        Subscribe([subject], queue, bounds);

    /// <summary>The same for several subjects. Messages are read in the order in which the server sends them.</summary>
    public NatsSubscription Subscribe(IReadOnlyList<string> subjects, string? queue = null, SubscriptionBounds? bounds = null)
    {
        if (subjects.FirstOrDefault(subject => !Subjects.IsPattern(subject)) is { } none)
            throw new ArgumentException($"'{none}' is not a subject. A subject has {Subjects.Rule}.", nameof(subjects));
        if (queue is not null && !Subjects.IsLiteral(queue))
            throw new ArgumentException($"'{queue}' is not the name of a queue group. A name has {Subjects.Rule}.", nameof(queue));
        var subscription = new NatsSubscription(this, subjects, queue, bounds ?? new SubscriptionBounds(), _logger);
        _subscriptions[subscription] = [];
        // With a connection it is subscribed when this returns, before anything that the caller publishes next.
        _ = SubscribeAsync(subscription);
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isClosing)
                return;
            _isClosing = true;
            _connected.TrySetException(new NatsUnavailableException(Closed));
            // It may have no observer.
            _ = _connected.Task.Exception;
        }
        await _stopping.CancelAsync().ConfigureAwait(false);
        await BreakAsync(Closed).ConfigureAwait(false);
        foreach (var subscription in _subscriptions.Keys)
            subscription.End(null);
        // NATS.Net can wait for ever when it is disposed while it connects.
        await _client.DisposeAsync().AsTask().WaitAsync(Leaving, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connecting, _watching).ConfigureAwait(false);
        _subscriptions.Clear();
        _stopping.Dispose();
    }

    /// <param name="drain">Whether messages that the server has sent are awaited.</param>
    internal async Task LeaveAsync(NatsSubscription subscription, bool drain, CancellationToken cancel)
    {
        if (!_subscriptions.TryRemove(subscription, out var parts))
            return;
        List<SubscribedSubject> all;
        lock (parts)
            all = [.. parts];
        try
        {
            if (drain && IsConnected)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(CurrentLink(), cancel);
                await Task.WhenAll(all.Select(part => part.DrainAsync(either.Token).AsTask())).WaitAsync(
                    either.Token).ConfigureAwait(false);
            }
            foreach (var part in all)
                await part.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ClientException or ObjectDisposedException or NatsUnavailableException)
        {
            // The messages that were on their way are lost with the connection.
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Subscribes the missing subjects. Those that cannot be subscribed now are subscribed on the next connection.</summary>
    private Task SubscribeAsync(NatsSubscription subscription)
    {
        lock (_gate)
        {
            if (!IsConnected)
                return Task.CompletedTask;
            if (subscription.Missing.Count > 0)
                subscription.Subscribing ??= SubscribeMissingAsync(subscription);
            return subscription.Subscribing ?? Task.CompletedTask;
        }
    }

    private async Task SubscribeMissingAsync(NatsSubscription subscription)
    {
        var link = Links;
        try
        {
            while (subscription.Missing.TryPeek(out var subject) && _subscriptions.TryGetValue(subscription, out var parts))
            {
                // NATS.Net ends an object that it could not subscribe, so each attempt has a new one.
                var part = new SubscribedSubject(_client, subject, subscription.Queue, subscription);
                lock (parts)
                    parts.Add(part);
                await _client.AddSubAsync(part, _stopping.Token).ConfigureAwait(false);
                subscription.Missing.Dequeue();
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or ClientException or ObjectDisposedException)
        {
            lock (_gate)
                subscription.Subscribing = null;
            // There may be another connection already, which left the work to this attempt.
            if (Links != link)
                await SubscribeAsync(subscription).ConfigureAwait(false);
        }
    }

    private void Check(in OutgoingMessage message)
    {
        // The server would understand a subject with a space or an end of line as something else.
        if (message.Subject.Length == 0 || message.Subject.AsSpan().ContainsAnyInRange('\0', ' '))
            throw new ArgumentException($"'{message.Subject}' is not a subject.", nameof(message));
        var (bytes, most) = (message.Bytes, MaxPayload);
        if (bytes > most)
        {
            throw new NatsRefusedException(string.Create(CultureInfo.InvariantCulture,
                $"The message to '{message.Subject}' has {bytes} bytes with its headers; the server's max_payload is {most}."),
                isTooLarge: true);
        }
    }

    private async ValueTask PublishAsync(OutgoingMessage message, CancellationToken link, CancellationToken cancel)
    {
        using var either = cancel.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(link, cancel) : null;
        try
        {
            await SendAsync(message, either?.Token ?? link).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ClientException or ObjectDisposedException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new NatsUnavailableException($"The message to '{message.Subject}' was not sent: {ReasonOf(failure, link)}", failure);
        }
    }

    private ValueTask SendAsync(in OutgoingMessage message, CancellationToken ended) => _client.PublishAsync(
        message.Subject, message.Payload, message.Headers, message.ReplyTo, NatsRawSerializer<ReadOnlyMemory<byte>>.Default,
        cancellationToken: ended);

    private async Task<bool> ConfirmAsync(OutgoingMessage message, CancellationToken ended)
    {
        await SendAsync(message, ended).ConfigureAwait(false);
        await PingAsync(ended).ConfigureAwait(false);
        // A server that was connected in between has answered the ping, and need not have the message.
        ended.ThrowIfCancellationRequested();
        return true;
    }

    private async Task<byte[]> AnswerAsync(OutgoingMessage message, CancellationToken ended)
    {
        if (_noAnswers is { } denied)
            throw new NatsRefusedException(denied);
        var answer = await _client.RequestAsync<ReadOnlyMemory<byte>, byte[]>(
            message.Subject, message.Payload, message.Headers, NatsRawSerializer<ReadOnlyMemory<byte>>.Default,
            NatsRawSerializer<byte[]>.Default, cancellationToken: ended).ConfigureAwait(false);
        return answer.Data ?? [];
    }

    private Task<TimeSpan> PingAsync(CancellationToken ended) => _client.PingAsync(ended).AsTask().WaitAsync(ended);

    private async Task<T> AskAsync<T>(
        OutgoingMessage message, Func<CancellationToken, Task<T>> ask, TimeSpan timeout, CancellationToken cancel)
    {
        var link = CurrentLink();
        Check(message);
        using var patience = new CancellationTokenSource(timeout, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(link, patience.Token, cancel);
        var question = new OpenQuestion(message.Subject, any);
        _questions[question] = default;
        try
        {
            var answer = await ask(any.Token).ConfigureAwait(false);
            return question.Denial is { } denied ? throw new NatsRefusedException(denied) : answer;
        }
        catch (Exception failure) when (failure is OperationCanceledException or ClientException or ObjectDisposedException)
        {
            cancel.ThrowIfCancellationRequested();
            throw question.Denial is { } denied ? new NatsRefusedException(denied)
                : failure is NatsNoRespondersException ? new NoRespondersException(message.Subject)
                : link.IsCancellationRequested ? new NatsUnavailableException(
                    $"The connection broke before there was an answer on '{message.Subject}': {_lastEnd}", failure)
                : patience.IsCancellationRequested ? new NatsTimeoutException($"No answer on '{message.Subject}' within {timeout}.")
                : new NatsUnavailableException($"No answer on '{message.Subject}': {ReasonOf(failure, link)}", failure);
        }
        finally
        {
            _questions.TryRemove(question, out _);
            question.End();
        }
    }

    // A call can fail before the event tells that the connection has broken.
    private string ReasonOf(Exception failure, CancellationToken link) =>
        link.IsCancellationRequested ? _lastEnd : _lastWords ?? ClientLog.ReasonOf(failure);

    /// <summary>Opens the first connection. NATS.Net opens the later ones by itself.</summary>
    /// <remarks>NATS.Net's option RetryOnInitialConnect is not used: it does not report why a server refuses the client.</remarks>
    private async Task ConnectAsync()
    {
        for (var pause = ClientOptions.FirstPause; !_stopping.IsCancellationRequested; pause = pause < ClientOptions.LongestPause ? 2 * pause : pause)
        {
            try
            {
                await _client.ConnectAsync().AsTask().WaitAsync(_stopping.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                if (!_stopping.IsCancellationRequested)
                    _notices.Failed(ClientLog.ReasonOf(failure));
            }
            await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Gives up a server that does not answer: a network can fail without an error.</summary>
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_options.PingEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (!IsConnected || await IsAliveAsync().ConfigureAwait(false))
                    continue;
                _lastWords = $"The server has not answered for {_options.PingEvery}.";
                // Not awaited: it completes when there is another connection.
                _ = _client.ReconnectAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Closed.
        }
    }

    private async Task<bool> IsAliveAsync()
    {
        using var patience = new CancellationTokenSource(_options.PingEvery, _time);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(CurrentLink(), patience.Token);
            await PingAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is OperationCanceledException or ClientException or ObjectDisposedException or NatsUnavailableException)
        {
            // If the connection broke, it is being replaced already.
            return !patience.IsCancellationRequested;
        }
    }

    private async ValueTask Connected(string? server)
    {
        lock (_gate)
        {
            _broken ??= new CancellationTokenSource();
            _lastWords = null;
            Interlocked.Increment(ref _links);
        }
        // This handler must end soon: the next event can be the break of this connection.
        await Task.WhenAny(
            Task.WhenAll(_subscriptions.Keys.Select(SubscribeAsync)), Task.Delay(ClientOptions.LongestPause, _time)).ConfigureAwait(false);
        _notices.Connected(server ?? "", _client.ServerInfo?.Version ?? "");
        lock (_gate)
        {
            if (!_isClosing && _broken is not null)
                _connected.TrySetResult();
        }
    }

    private async ValueTask Disconnected()
    {
        var reason = _lastWords ?? "The connection broke.";
        await BreakAsync(reason).ConfigureAwait(false);
        if (!_stopping.IsCancellationRequested)
            _notices.Failed(reason);
    }

    private async Task BreakAsync(string reason)
    {
        CancellationTokenSource? broken;
        lock (_gate)
        {
            (broken, _broken, _lastEnd, _noAnswers) = (_broken, null, reason, null);
            if (!_isClosing && _connected.Task.IsCompleted)
                _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        if (broken is null)
            return;
        await broken.CancelAsync().ConfigureAwait(false);
        broken.Dispose();
    }

    /// <summary>Handles an error that the server sent. Called on the reading loop.</summary>
    private void Hear(string complaint)
    {
        _notices.Complained(complaint);
        if (Denial.Of(complaint) is not { } denied)
        {
            _lastWords = complaint;
            return;
        }
        if (denied.IsPublish)
        {
            foreach (var question in _questions.Keys.Where(question => question.Subject == denied.Subject))
                question.Deny(complaint);
        }
        else
        {
            foreach (var subscription in _subscriptions.Keys.Where(subscription => subscription.Subjects.Contains(denied.Subject)))
                subscription.End(new NatsRefusedException(complaint));
            if (denied.Subject.StartsWith(_client.Opts.InboxPrefix, StringComparison.Ordinal))
                _noAnswers = complaint;
        }
    }
}
