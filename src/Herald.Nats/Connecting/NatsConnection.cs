using Herald.Nats.Subscriptions;
using Herald.Nats.Wire;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Connecting;

/// <summary>
/// A connection to a cluster of NATS, which outlives its servers: when one goes, another is found, and everything is subscribed there again.
/// </summary>
/// <remarks>
/// What is published goes <b>at most once</b>: a message that waited to be sent, or was on its way, when the connection broke may have arrived or not, and is not
/// sent again. Who has to know asks for it: <see cref="PublishConfirmedAsync"/> fails then. While there is no connection everything fails at once, and nothing
/// is kept for later; who wants to wait has <see cref="WhenConnectedAsync"/>.
/// </remarks>
public sealed class NatsConnection : IAsyncDisposable
{
    /// <summary>A link that has lived so long had been well: the next failure is the first.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(5);

    private readonly ConnectionOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly ServerPool _servers;
    private readonly Handshake _handshake;
    private readonly ConnectionNotices _notices;
    private readonly InterestSet _interests = new();
    private readonly RequestMux _requests;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    // Under the gate, so that everything is subscribed on every link, once.
    private readonly Lock _gate = new();
    private volatile Link? _link;
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosing;
    private int _links;
    private volatile string _lastEnd = "";

    /// <param name="random">Of this connection alone.</param>
    public NatsConnection(ConnectionOptions options, TimeProvider time, Random random, ILogger logger)
    {
        (_options, _time, _random, _logger) = (options, time, random, logger);
        _servers = new ServerPool(options.Servers, random);
        _handshake = new Handshake(options, time);
        _notices = new ConnectionNotices(options, time, logger);
        _requests = new RequestMux(this, time);
    }

    public bool IsConnected => _link is not null;

    /// <summary>How often a server has taken this client.</summary>
    public int Links => Volatile.Read(ref _links);

    /// <summary>Why the last one ended, or did not come about; empty as long as none has.</summary>
    public string LastEnd => _lastEnd;

    /// <summary>Why there is no connection; null when there is one.</summary>
    public string? Trouble => IsConnected ? null : _notices.Trouble ?? "There is no connection yet.";

    /// <summary>Of the server that it is connected to.</summary>
    public ServerGreeting? Info => _link?.Info;

    /// <summary>Begins, and goes on trying by itself.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Complete while there is a connection, or as soon as there is one.</summary>
    public Task WhenConnectedAsync(CancellationToken cancel)
    {
        lock (_gate)
            return _connected.Task.WaitAsync(cancel);
    }

    /// <summary>Complete when it is among what is sent next; callers wait while too much is. It goes at most once.</summary>
    /// <exception cref="NatsUnavailableException">There is no connection.</exception>
    /// <exception cref="NatsRefusedException">It is larger than the server takes.</exception>
    public ValueTask PublishAsync(in OutgoingMessage message, CancellationToken cancel) => CurrentLink().PublishAsync(message, cancel);

    /// <summary>Complete when the server has it. It may have it, too, when this fails for another reason than that it was refused.</summary>
    /// <exception cref="NatsUnavailableException">There is no connection, or it broke before the server had answered.</exception>
    /// <exception cref="NatsRefusedException">It is larger than the server takes, or may not be sent there.</exception>
    public async Task PublishConfirmedAsync(OutgoingMessage message, CancellationToken cancel)
    {
        var link = CurrentLink();
        await link.PublishAsync(message, cancel).ConfigureAwait(false);
        await link.PingAsync(message.Subject).WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Complete when the server has read all that was published on the link that there is now.</summary>
    /// <exception cref="NatsUnavailableException">There is no connection, or it broke.</exception>
    public Task FlushAsync(CancellationToken cancel) => CurrentLink().PingAsync().WaitAsync(cancel);

    /// <summary>Publishes, and waits for one answer.</summary>
    /// <exception cref="NoRespondersException">Nobody listens there.</exception>
    /// <exception cref="NatsTimeoutException">No answer in time.</exception>
    /// <exception cref="NatsUnavailableException">There is no connection, or it broke before there was an answer.</exception>
    /// <exception cref="NatsRefusedException">It is larger than the server takes, or may not be sent there.</exception>
    public Task<NatsMessage> RequestAsync(OutgoingMessage message, TimeSpan timeout, CancellationToken cancel) => _requests.RequestAsync(CurrentLink(), message, timeout, cancel);

    /// <summary>Messages to a subject, from now on, whatever becomes of servers; what is sent while there is no connection is not among them.</summary>
    /// <param name="queue">Of all that subscribe with the same name, each message goes to one.</param>
    public NatsSubscription Subscribe(string subject, string? queue = null, SubscriptionBounds? bounds = null) => Subscribe([subject], queue, bounds);

    /// <summary>The same for several subjects. What the server sends of all of them is read in the order in which it sends it.</summary>
    public NatsSubscription Subscribe(IReadOnlyList<string> subjects, string? queue = null, SubscriptionBounds? bounds = null)
    {
        if (subjects.FirstOrDefault(subject => !Subjects.IsPattern(subject)) is { } none)
            throw new ArgumentException($"'{none}': a subject is {Subjects.Rule}.", nameof(subjects));
        if (queue is not null && !Subjects.IsLiteral(queue))
            throw new ArgumentException($"The queue group '{queue}': its name is {Subjects.Rule}.", nameof(queue));
        var subscription = new NatsSubscription(this, string.Join(", ", subjects), bounds ?? new SubscriptionBounds(), _logger);
        subscription.Sids = [.. subjects.Select(subject => Add(subject, queue, subscription))];
        return subscription;
    }

    /// <summary>
    /// Ends without losing anything: no more messages are asked for, those that have come are read by whoever subscribed, what was published is sent;
    /// then it is closed. Cancelled, it is closed at once.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        try
        {
            var subscriptions = _interests.All.Select(interest => interest.Sink).OfType<NatsSubscription>().Distinct().ToList();
            await Task.WhenAll(subscriptions.Select(s => s.DrainAsync(cancel))).ConfigureAwait(false);
            await Task.WhenAll(subscriptions.Select(s => s.Completion)).WaitAsync(cancel).ConfigureAwait(false);
            await FlushAsync(cancel).ConfigureAwait(false);
        }
        catch (NatsUnavailableException)
        {
            // There is nobody to wait for.
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isClosing)
                return;
            _isClosing = true;
            _connected.TrySetException(new NatsUnavailableException("The connection was closed."));
            // Nobody may be there to see it.
            _ = _connected.Task.Exception;
        }
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _interests.End();
        _stopping.Dispose();
    }

    /// <summary>The link that there is now, for those who do several things that belong together.</summary>
    /// <exception cref="NatsUnavailableException">There is none.</exception>
    internal Link CurrentLink() => _link ?? throw new NatsUnavailableException(Trouble ?? "The connection broke just now.");

    internal long Add(string subject, string? queue, IMessageSink sink)
    {
        lock (_gate)
        {
            if (_isClosing)
                throw new NatsUnavailableException("The connection was closed.");
            var interest = _interests.Add(subject, queue, sink);
            _link?.Say(FrameWriter.Subscribe(subject, queue, interest.Sid));
            return interest.Sid;
        }
    }

    /// <summary>No more messages are asked for.</summary>
    /// <returns>Complete when those that were on their way are there.</returns>
    internal Task Remove(long sid)
    {
        lock (_gate)
        {
            // It still gets what comes, but is not subscribed again elsewhere.
            if (!_interests.Leave(sid) || _link is not { } link)
                return Task.CompletedTask;
            link.Say(FrameWriter.Unsubscribe(sid));
            return link.PingAsync();
        }
    }

    internal void Forget(long sid) => _interests.Remove(sid);

    private async Task RunAsync()
    {
        var failures = 0;
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                await Task.Delay(ReconnectPause.After(failures, _servers.Count, _random), _time, _stopping.Token).ConfigureAwait(false);
                var (reason, lived) = await LiveAsync(_servers.Next()).ConfigureAwait(false);
                _lastEnd = reason;
                _notices.Failed(reason);
                failures = lived >= Stable ? 0 : failures + 1;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Closed.
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            _notices.Defect(defect);
        }
    }

    /// <returns>Why there is no connection, or no more; and how long there was one.</returns>
    private async Task<(string Reason, TimeSpan Lived)> LiveAsync(ServerAddress server)
    {
        ServerStream stream;
        try
        {
            stream = await _handshake.OpenAsync(server, _stopping.Token).ConfigureAwait(false);
        }
        catch (NatsUnavailableException failure)
        {
            return (failure.Message, TimeSpan.Zero);
        }
        using var link = new Link(stream, _interests, _options, info => _servers.Announce(server, info.ConnectUrls), Hear, _time);
        _servers.Announce(server, stream.Info.ConnectUrls);
        var begun = _time.GetTimestamp();
        Begin(link);
        var reason = await link.RunAsync(_stopping.Token).ConfigureAwait(false);
        End(link, reason);
        return ($"{server}: {reason}", _time.GetElapsedTime(begun));
    }

    private void Begin(Link link)
    {
        lock (_gate)
        {
            foreach (var interest in _interests.All.Where(interest => !interest.IsLeaving))
                link.Say(FrameWriter.Subscribe(interest.Subject, interest.Queue, interest.Sid));
            _link = link;
            Interlocked.Increment(ref _links);
            _connected.TrySetResult();
        }
        _notices.Connected(link.Server, link.Info.Version);
    }

    private void End(Link link, string reason)
    {
        lock (_gate)
        {
            _link = null;
            if (!_isClosing)
                _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        _requests.Fail(link, reason);
    }

    private void Hear(Complaint complaint)
    {
        _notices.Complained(complaint.Text);
        if (complaint.DeniedSubscription is { } subject)
            _interests.Deny(subject, complaint.Text);
        else if (complaint.DeniedPublish is { } target)
            _requests.Deny(target, complaint.Text);
    }
}
