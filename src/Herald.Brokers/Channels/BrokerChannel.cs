using System.Collections.Frozen;
using Herald.Engine.Channels;
using Herald.Hosting.Modules;

namespace Herald.Brokers.Channels;

/// <summary>Delivers events to the clusters of a broker, each with a publisher of its own.</summary>
/// <remarks>The engine has one attempt per key in flight, and a publisher keeps the order of its calls. So the order of a key is kept.</remarks>
public abstract class BrokerChannel : IPreparedChannel, IAsyncDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private readonly EndpointForm _form;
    private readonly FrozenDictionary<string, IClusterPublisher> _publishers;
    private readonly TimeProvider _time;

    /// <param name="publishers">By the name of the cluster. The channel disposes them.</param>
    protected BrokerChannel(EndpointForm form, IEnumerable<KeyValuePair<string, IClusterPublisher>> publishers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(form);
        (_form, _publishers, _time) = (form, publishers.ToFrozenDictionary(StringComparer.Ordinal), time);
        Schemes = [form.Scheme];
    }

    public IReadOnlyList<string> Schemes { get; }

    /// <summary>None: the address says everything about an endpoint.</summary>
    public IReadOnlyList<EndpointSetting> Settings => [];

    /// <summary>Null: credentials are those of the cluster, and endpoints have none of their own.</summary>
    public SecretRules? Secret => null;

    /// <summary>
    /// Completes when each cluster has answered or is unreachable, so that connections exist before the first attempt needs one.
    /// </summary>
    public async ValueTask StartAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(_publishers.Values.Select(publisher => publisher.WarmUpAsync(cancel))).WaitAsync(WarmUp, _time, cancel);
        }
        catch (TimeoutException)
        {
            // The publisher retries. Attempts that come earlier report the failure.
        }
    }

    public string? Refuse(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _form.Refuse(address, _publishers.Keys);
    }

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        var endpoint = attempt.Subscription.Endpoint.Address;
        // Without a publisher, the subscription is older than this start, and the setting has changed since.
        if (!_publishers.TryGetValue(EndpointForm.ClusterOf(endpoint), out var publisher))
            return new(Troubled(AttemptStage.Guard, $"this cluster is not in {_form.Scheme}.clusters"));
        return publisher.Trouble is { } trouble
            ? new(Troubled(AttemptStage.Connect, OneLine(trouble)))
            : PublishAsync(publisher, attempt, cancel);

        AttemptResult Troubled(AttemptStage stage, string reason) => AttemptResult.Troubled(stage, $"{endpoint.OriginalString}: {reason}");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var publisher in _publishers.Values)
            await publisher.DisposeAsync();
    }

    private async ValueTask<AttemptResult> PublishAsync(IClusterPublisher publisher, Attempt attempt, CancellationToken cancel)
    {
        var endpoint = attempt.Subscription.Endpoint.Address;
        var timeout = attempt.Subscription.Limits.Timeout;
        var begun = _time.GetTimestamp();
        using var patience = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            var result = await publisher.PublishAsync(EndpointForm.NameOf(endpoint), attempt, either.Token).ConfigureAwait(false);
            return result with
            {
                Duration = _time.GetElapsedTime(begun),
                Reason = result.Reason.Length == 0 ? "" : $"{endpoint.OriginalString}: {OneLine(result.Reason)}",
            };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var reason = $"{endpoint.OriginalString}: no answer within {timeout.TotalSeconds:0.###}s";
            return AttemptResult.Troubled(AttemptStage.Wait, reason, timeout);
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
