using System.Collections.Frozen;
using Herald.Engine.Channels;
using Microsoft.Extensions.Logging;

namespace Herald.Messages.Providers;

/// <summary>The providers of one section. A message goes through the first one that can send it, in the order of the settings.</summary>
/// <remarks>
/// <list type="number">
/// <item>The chain begins with the endpoint's provider and follows <c>then</c>.</item>
/// <item>A provider that may have the message already (<see cref="AmbiguousSends"/>) is the whole chain.</item>
/// <item>A provider that fails (<see cref="ProviderHealth"/>) is passed over while another one is left.</item>
/// <item>Each provider gets its share of the attempt's time, and admits the message at its <see cref="ProviderGate"/>.</item>
/// <item>The next one is used only after a result which proves that nothing was sent, unless the settings say otherwise.</item>
/// </list>
/// </remarks>
public sealed class ProviderChain
{
    /// <summary>For a provider that asks for a pause and does not say how long.</summary>
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromHours(1);

    /// <summary>After an attempt whose time was over before any provider was asked.</summary>
    private static readonly TimeSpan TooLate = TimeSpan.FromSeconds(1);

    private readonly string _section;
    private readonly FrozenDictionary<string, Link> _links;
    private readonly AmbiguousSends _ambiguous = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="section">The section of the settings with the map <c>providers</c>.</param>
    public ProviderChain(string section, IEnumerable<IProvider> providers, TimeProvider time, ILogger logger)
    {
        (_section, _time, _logger) = (section, time, logger);
        _links = providers.Select(provider => new Link(
                provider, new($"{section}.providers.{provider.Name}", provider, time), new(time)))
            .ToFrozenDictionary(link => link.Name, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<string> Names => _links.Keys;

    public IProvider? Find(string name) => _links.GetValueOrDefault(name)?.Provider;

    /// <param name="began">The timestamp at which the attempt began. Its time-out counts from there.</param>
    public async ValueTask<AttemptResult> SendAsync(
        ProviderEndpoint endpoint, Message message, Attempt attempt, long began, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(message);
        // 1. and 2. The chain.
        var all = LinksOf(endpoint);
        var links = KeptBy(all, attempt) is { } kept ? [kept] : all;
        var (reasons, asked) = (new List<string>(), (AttemptResult?)null);
        for (var i = 0; ; i++)
        {
            var (link, isLast) = (links[i], i == links.Count - 1);
            // 3. A provider that fails.
            if (!isLast && !link.Health.IsWorthTrying())
            {
                reasons.Add($"{link.Name}: not tried, because it fails");
                continue;
            }
            // 4. The share of the time.
            var result = await SendAsync(link, links.Count - i, message, message.To ?? endpoint.To, attempt, began, cancel)
                .ConfigureAwait(false);
            Note(link, result, attempt, isLast);
            if (result.Attempt.Reason.Length > 0)
                reasons.Add($"{link.Name}: {result.Attempt.Reason}");
            // 5. The next provider.
            if (isLast || !GoesOn(result, link.Provider.Options))
            {
                return ResultOf(result, asked, isKeptApart: links.Count < all.Count) with
                {
                    Reason = result.Certainty == SendCertainty.Accepted ? "" : ProviderText.OneLine(string.Join("; ", reasons)),
                    Duration = _time.GetElapsedTime(began),
                };
            }
            asked = result.Certainty == SendCertainty.NotTried ? asked : result.Attempt;
        }
    }

    private static bool GoesOn(ProviderResult result, ProviderOptions options) => result.Certainty switch
    {
        SendCertainty.Accepted or SendCertainty.Refused => false,
        SendCertainty.NotSent => true,
        SendCertainty.Throttled or SendCertainty.NotTried => options.FailoverWhenThrottled,
        SendCertainty.Unknown => options.Failover == Failover.Always,
    };

    /// <summary>What the engine learns. An attempt is not made only if no provider was asked.</summary>
    /// <param name="asked">The result of a provider before this one; null when none was asked.</param>
    /// <param name="isKeptApart">The message must wait for this provider, and others of the subscription need not.</param>
    private static AttemptResult ResultOf(ProviderResult last, AttemptResult? asked, bool isKeptApart)
    {
        if (last.Certainty != SendCertainty.NotTried || (asked is null && !isKeptApart))
            return last.Attempt;
        // The endpoint is not in trouble: its other messages can go through the provider that was not asked, or need not wait for it.
        return (asked ?? last.Attempt) with
        {
            EndpointTroubled = false,
            RetryAfter = last.Attempt.NotTriedFor,
            NotTriedFor = null,
        };
    }

    private async ValueTask<ProviderResult> SendAsync(
        Link link, int linksLeft, Message message, string? to, Attempt attempt, long began, CancellationToken cancel)
    {
        var left = Left();
        if (left <= TimeSpan.Zero)
            return ProviderResult.NotTried("the time of the attempt was over before its turn", TooLate);
        var share = left / linksLeft;
        // The other half is for the sending.
        var admission = await link.Gate.EnterAsync(attempt.Subscription.Number, share / 2, cancel).ConfigureAwait(false);
        if (admission.ComeAgainIn is { } wait)
            return ProviderResult.NotTried(admission.Reason, wait);
        try
        {
            var rest = share - (left - Left());
            return await SendAsync(link, message, to, attempt, rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Left, cancel)
                .ConfigureAwait(false);
        }
        finally
        {
            link.Gate.Leave();
        }

        TimeSpan Left() => attempt.Subscription.Limits.Timeout - _time.GetElapsedTime(began) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;
    }

    /// <param name="share">The time of this provider, unless it may have the message: then it gets all that is left.</param>
    private async ValueTask<ProviderResult> SendAsync(
        Link link, Message message, string? to, Attempt attempt, TimeSpan share, Func<TimeSpan> left, CancellationToken cancel)
    {
        var began = _time.GetTimestamp();
        using var patience = new CancellationTokenSource(share, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var sending = new Sending(
            message, to, attempt, share, mayHaveArrived => patience.CancelAfter(mayHaveArrived ? left() : LeftOfShare()));
        try
        {
            var result = await link.Provider.SendAsync(sending, either.Token).ConfigureAwait(false);
            if (result.Certainty != SendCertainty.Throttled)
                return result;
            var pause = PauseOf(result.Attempt);
            link.Gate.Pause(pause);
            return result with { Attempt = result.Attempt with { RetryAfter = pause } };
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            var reason = sending.Late(_time.GetElapsedTime(began));
            var late = sending.MayHaveArrived ? ProviderResult.Unknown(reason) : ProviderResult.NotSent(sending.Stage, reason);
            return link.Provider.RecipientsChooseService && message.To is not null
                ? late with { Attempt = late.Attempt with { EndpointTroubled = false } } : late;
        }
        catch
        {
            // Given up from outside, or a defect. The doubt about this message stays.
            if (sending.MayHaveArrived)
                _ambiguous.Note(attempt.MessageId, attempt.Subscription.EndpointRevision, link.Name);
            throw;
        }

        TimeSpan LeftOfShare() => share - _time.GetElapsedTime(began) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;
    }

    private static TimeSpan PauseOf(AttemptResult result) =>
        result.RetryAfter is not { } asked ? DefaultPause : asked < LongestPause ? asked : LongestPause;

    private List<Link> LinksOf(ProviderEndpoint endpoint)
    {
        var links = new List<Link>();
        var next = endpoint.Then;
        for (var name = endpoint.Provider; name is not null && _links.TryGetValue(name, out var link) && !links.Contains(link);)
        {
            links.Add(link);
            (name, next) = (next ?? link.Provider.Options.Then, null);
        }
        return links.Count > 0 ? links : throw new ArgumentException($"There is no provider '{endpoint.Provider}'.", nameof(endpoint));
    }

    /// <summary>The provider of the chain that may have the message; null when there is none.</summary>
    private Link? KeptBy(List<Link> links, in Attempt attempt)
    {
        // An operator who sends a message again begins anew.
        if (attempt is { Number: 1, Redelivery: not Redelivery.None })
            _ambiguous.Forget(attempt.MessageId);
        var name = _ambiguous.Find(attempt.MessageId, attempt.Subscription.EndpointRevision);
        return name is null ? null : links.Find(link => link.Name == name);
    }

    private void Note(Link link, ProviderResult result, in Attempt attempt, bool isLast)
    {
        ProviderMetrics.Count(_section, link.Name, result.Certainty);
        NoteHealth(link, result);
        switch (result.Certainty)
        {
            case SendCertainty.Accepted:
            case SendCertainty.Refused when result.Attempt.Outcome == AttemptOutcome.Rejected:
                _ambiguous.Forget(attempt.MessageId);
                break;
            case SendCertainty.Unknown when isLast || link.Provider.Options.Failover == Failover.Proven:
                _ambiguous.Note(attempt.MessageId, attempt.Subscription.EndpointRevision, link.Name);
                break;
            case SendCertainty.NotSent or SendCertainty.Refused or SendCertainty.Unknown:
            case SendCertainty.Throttled or SendCertainty.NotTried:
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{result.Certainty}");
        }
    }

    private void NoteHealth(Link link, ProviderResult result)
    {
        if (result.Certainty == SendCertainty.NotTried)
            return;
        if (result is { Certainty: SendCertainty.NotSent or SendCertainty.Unknown, Attempt.EndpointTroubled: true })
        {
            if (!link.Health.NoteTrouble())
                return;
            _logger.LogWarning(
                "The provider {Setting} has failed {Count} times in a row: {Reason}. Where a next provider is named, messages go through "
                    + "that one. One message tries this provider every {Seconds} s until it works again.",
                link.Setting(_section), ProviderHealth.MostTroubles, result.Attempt.Reason, ProviderHealth.ProbeEvery.TotalSeconds);
        }
        else if (link.Health.NoteAnswer())
        {
            _logger.LogInformation("The provider {Setting} answers again. It gets its messages from now on.", link.Setting(_section));
        }
    }

    private sealed record Link(IProvider Provider, ProviderGate Gate, ProviderHealth Health)
    {
        public string Name => Provider.Name;

        public string Setting(string section) => $"{section}.providers.{Name}";
    }
}
