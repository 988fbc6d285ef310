using System.Collections.Frozen;
using Herald.Engine.Channels;

namespace Herald.Messages.Providers;

/// <summary>The providers of one section. A message goes through the first one that can send it, in the order of the settings.</summary>
/// <remarks>
/// <list type="number">
/// <item>The chain begins with the endpoint's provider and follows <c>then</c>.</item>
/// <item>A provider that may have the message already (<see cref="AmbiguousSends"/>) is the whole chain.</item>
/// <item>Each provider gets its share of the attempt's time, and a turn of its <see cref="Pace"/>.</item>
/// <item>The next one is used only after a result which proves that nothing was sent, unless the settings say otherwise.</item>
/// </list>
/// </remarks>
public sealed class ProviderChain
{
    /// <summary>For a provider that asks for a pause and does not say how long.</summary>
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromHours(1);

    private readonly FrozenDictionary<string, Link> _links;
    private readonly AmbiguousSends _ambiguous = new();
    private readonly TimeProvider _time;

    public ProviderChain(IEnumerable<IProvider> providers, TimeProvider time)
    {
        _links = providers.ToFrozenDictionary(
            provider => provider.Name, provider => new Link(provider, new(provider.Options.Rate, time)), StringComparer.Ordinal);
        _time = time;
    }

    public IReadOnlyCollection<string> Names => _links.Keys;

    public IProvider? Find(string name) => _links.GetValueOrDefault(name)?.Provider;

    /// <param name="began">The timestamp at which the attempt began. Its time-out counts from there.</param>
    public async ValueTask<AttemptResult> SendAsync(
        ProviderEndpoint endpoint, Message message, Attempt attempt, long began, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(message);
        // 1. and 2. The chain.
        var links = LinksOf(endpoint, attempt.MessageId);
        var reasons = new List<string>();
        for (var i = 0; ; i++)
        {
            // 3. The share of the time.
            var link = links[i];
            var result = await SendAsync(link, links.Count - i, message, message.To ?? endpoint.To, attempt, began, cancel)
                .ConfigureAwait(false);
            Note(link, result, attempt.MessageId, isLast: i == links.Count - 1);
            if (result.Attempt.Reason.Length > 0)
                reasons.Add($"{link.Provider.Name}: {result.Attempt.Reason}");
            // 4. The next provider.
            if (i == links.Count - 1 || !GoesOn(result, link.Provider.Options))
            {
                return result.Attempt with
                {
                    Reason = result.Certainty == SendCertainty.Accepted ? "" : ProviderText.OneLine(string.Join("; ", reasons)),
                    Duration = _time.GetElapsedTime(began),
                };
            }
        }
    }

    private static bool GoesOn(ProviderResult result, ProviderOptions options) => result.Certainty switch
    {
        SendCertainty.Accepted or SendCertainty.Refused => false,
        SendCertainty.NotSent => true,
        SendCertainty.Throttled => options.FailoverWhenThrottled,
        SendCertainty.Unknown => options.Failover == Failover.Always,
    };

    private async ValueTask<ProviderResult> SendAsync(
        Link link, int linksLeft, Message message, string? to, Attempt attempt, long began, CancellationToken cancel)
    {
        var left = Left();
        if (left <= TimeSpan.Zero)
            return ProviderResult.NotSent(AttemptStage.Guard, "the time of the attempt was over before its turn");
        var share = left / linksLeft;
        using var patience = new CancellationTokenSource(share, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var (wait, isTaken) = link.Pace.Take(share);
        if (!isTaken)
            return ProviderResult.Throttled("it is paused, or its rate is reached", wait);
        var sending = new Sending(message, to, attempt, share, mayHaveArrived => patience.CancelAfter(mayHaveArrived ? Left() : LeftOfShare()));
        try
        {
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, _time, either.Token).ConfigureAwait(false);
            var result = await link.Provider.SendAsync(sending, either.Token).ConfigureAwait(false);
            if (result.Certainty == SendCertainty.Throttled)
                link.Pace.Pause(PauseOf(result.Attempt));
            return result;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            if (sending.MayHaveArrived)
                _ambiguous.Note(attempt.MessageId, link.Provider.Name);
            throw;
        }
        catch (OperationCanceledException)
        {
            var reason = sending.Late(_time.GetElapsedTime(began));
            var late = sending.MayHaveArrived ? ProviderResult.Unknown(reason) : ProviderResult.NotSent(sending.Stage, reason);
            return link.Provider.RecipientsChooseService ? late with { Attempt = late.Attempt with { EndpointTroubled = false } } : late;
        }

        TimeSpan LeftOfShare() => Left() - (left - share) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;

        TimeSpan Left() => attempt.Subscription.Limits.Timeout - _time.GetElapsedTime(began) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;
    }

    private static TimeSpan PauseOf(AttemptResult result) =>
        result.RetryAfter is not { } asked ? DefaultPause : asked < LongestPause ? asked : LongestPause;

    private List<Link> LinksOf(ProviderEndpoint endpoint, string messageId)
    {
        if (_ambiguous.Find(messageId) is { } kept && _links.TryGetValue(kept, out var only))
            return [only];
        var links = new List<Link>();
        var next = endpoint.Then;
        for (var name = endpoint.Provider; name is not null && _links.TryGetValue(name, out var link) && !links.Contains(link);)
        {
            links.Add(link);
            (name, next) = (next ?? link.Provider.Options.Then, null);
        }
        return links.Count > 0 ? links : throw new ArgumentException($"There is no provider '{endpoint.Provider}'.", nameof(endpoint));
    }

    private void Note(Link link, ProviderResult result, string messageId, bool isLast)
    {
        switch (result.Certainty)
        {
            case SendCertainty.Accepted:
            case SendCertainty.Refused when result.Attempt.Outcome == AttemptOutcome.Rejected:
                _ambiguous.Forget(messageId);
                break;
            case SendCertainty.Unknown when isLast || link.Provider.Options.Failover == Failover.Proven:
                _ambiguous.Note(messageId, link.Provider.Name);
                break;
            case SendCertainty.NotSent or SendCertainty.Refused or SendCertainty.Unknown or SendCertainty.Throttled:
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{result.Certainty}");
        }
    }

    private sealed record Link(IProvider Provider, Pace Pace);
}
