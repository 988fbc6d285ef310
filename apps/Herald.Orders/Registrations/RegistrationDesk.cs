using System.Diagnostics;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Problems;
using Herald.Orders.Activity;
using Herald.Orders.Metrics;
using Herald.Orders.Problems;
using Herald.Orders.Webhooks;

namespace Herald.Orders.Registrations;

/// <summary>
/// Gives customers to handlers. A registration is the customer's subscription with the handler's URL. A handler wins it by a change that
/// applies only to the version that was read; the new version is its epoch.
/// </summary>
/// <remarks>
/// The catalog alone decides which handler wins. What a node observes decides only which handlers it tries to replace. Registering has
/// these steps:
/// <list type="number">
/// <item>Make sure that the watch runs.</item>
/// <item>A handler that is registered gets its customer again.</item>
/// <item>Choose a customer.</item>
/// <item>Catch up with the catalog, because another node can have been faster.</item>
/// <item>Win the customer, or choose again.</item>
/// <item>Tell every node that the handler lives.</item>
/// <item>Wait until no attempt to the previous address can start.</item>
/// </list>
/// </remarks>
internal sealed class RegistrationDesk(HeraldEngine engine, CustomerWatch watch, CandidateList candidates, TakingWatch taking, Heartbeats heartbeats, OrdersMetrics metrics) : IDisposable
{
    /// <summary>How many customers a request tries to win. Each was lost to a handler on another node.</summary>
    private const int Tries = 16;

    // One registration at a time, so that handlers of this node do not compete with each other.
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="secret">Null to create one.</param>
    public async ValueTask<RegistrationAnswer> RegisterAsync(string url, TimeSpan window, ReadOnlyMemory<byte>? secret, CancellationToken cancel)
    {
        if (engine.Catalog.Check(Draft(Guid.Empty, url, window, secret, null)) is { Count: > 0 } problems)
            return new RegistrationAnswer.Refused(OrdersProblem.Invalid(problems));
        await watch.EnsureAsync(window, cancel); // 1
        RegistrationAnswer answer;
        await _turn.WaitAsync(cancel);
        try
        {
            answer = await ChooseAsync(url, window, secret, cancel);
        }
        finally
        {
            _turn.Release();
        }
        switch (answer)
        {
            case RegistrationAnswer.Given { Registration: var given }:
                // The handler has won the customer in any case, and gets it when it asks again.
                if (!await heartbeats.SendAsync(given.Customer, given.Epoch, cancel)) // 6
                    return new RegistrationAnswer.Refused(OrdersProblem.NoRoom());
                await engine.WhenFollowedAsync(given.Epoch, cancel); // 7
                return answer;
            case RegistrationAnswer.Idle:
                metrics.Idle();
                taking.Want(window);
                return answer;
            case RegistrationAnswer.Refused:
                return answer;
            default:
                throw new UnreachableException($"{answer}");
        }
    }

    /// <summary>Null, or why the heartbeat is refused.</summary>
    public async ValueTask<Problem?> HeartbeatAsync(Guid customer, long epoch, CancellationToken cancel)
    {
        var present = await FindAsync(customer, epoch, cancel);
        metrics.Heartbeat(present is not null);
        if (present is null)
            return OrdersProblem.Superseded(customer, epoch);
        return await heartbeats.SendAsync(customer, epoch, cancel) ? null : OrdersProblem.NoRoom();
    }

    /// <summary>Null when nothing is sent to the handler any more, or why the handler cannot leave the customer.</summary>
    public async ValueTask<Problem?> LeaveAsync(Guid customer, long epoch, CancellationToken cancel)
    {
        if (await FindAsync(customer, epoch, cancel) is not { } present)
            return OrdersProblem.Superseded(customer, epoch);
        var draft = Draft(customer, present.Url, present.Mark.Window, null, present.Subscription) with
        {
            Labels = (present.Mark with { HasLeft = true }).On(present.Subscription.Labels),
            Retry = present.Subscription.Retry,
            Limits = present.Subscription.Limits,
            Status = SubscriptionStatus.Paused,
            KeepsSecret = true,
        };
        var result = await engine.Catalog.PutSubscriptionAsync(draft, new StartFrom.Earliest(), epoch, cancel);
        if (result.Outcome == CatalogOutcome.VersionMismatch)
            return OrdersProblem.Superseded(customer, epoch);
        if (!result.Done)
            return OrdersProblem.Of(result);
        await engine.WhenFollowedAsync(result.Value!.Version, cancel);
        return null;
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask<RegistrationAnswer> ChooseAsync(string url, TimeSpan window, ReadOnlyMemory<byte>? secret, CancellationToken cancel)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            // 2
            if (candidates.Registrations.Of(url) is { } known && await AgainAsync(known.Customer, url, window, secret, cancel) is { } again)
                return again;
            if (await candidates.NextAsync(window, cancel) is not { } candidate) // 3
                return new RegistrationAnswer.Idle();
            await engine.Catalog.CatchUpAsync(cancel); // 4
            var list = candidates.Registrations;
            if (list.Of(url) is not null)
                continue;
            if (await WinAsync(candidate, url, window, secret, cancel) is { } answer) // 5
                return answer;
            metrics.Lost();
        }
        return new RegistrationAnswer.Refused(new(OrdersProblem.RegistrationLost, $"Other handlers got {Tries} customers first. Register again."));
    }

    /// <summary>Null when the customer does not belong to the handler, or no longer does.</summary>
    private async ValueTask<RegistrationAnswer?> AgainAsync(Guid customer, string url, TimeSpan window, ReadOnlyMemory<byte>? secret, CancellationToken cancel)
    {
        if (await FindAsync(customer, null, cancel) is not { } present || present.Url != url || present.Mark.HasLeft)
            return null;
        var draft = Draft(customer, url, window, secret, present.Subscription) with
        {
            Retry = present.Subscription.Retry,
            Limits = present.Subscription.Limits,
            // The URL had answered that it is gone, which disabled the subscription. Its handler is back.
            Status = present.Subscription.Status == SubscriptionStatus.Disabled ? SubscriptionStatus.Active : null,
        };
        return await WriteAsync(customer, draft, present.Epoch, cancel);
    }

    /// <summary>Null when another handler was faster.</summary>
    private async ValueTask<RegistrationAnswer?> WinAsync(Candidate candidate, string url, TimeSpan window, ReadOnlyMemory<byte>? secret, CancellationToken cancel)
    {
        var draft = Draft(candidate.Customer, url, window, secret, candidate.Before?.Subscription) with { RenewsSecret = true };
        if (candidate.Before is { } before)
            draft = draft with { Retry = before.Subscription.Retry, Limits = before.Subscription.Limits, Status = SubscriptionStatus.Active };
        var answer = await WriteAsync(candidate.Customer, draft, candidate.Before?.Epoch ?? 0, cancel);
        if (answer is RegistrationAnswer.Given)
            metrics.Given(tookOver: candidate.Before is not null);
        return answer;
    }

    private async ValueTask<RegistrationAnswer?> WriteAsync(Guid customer, SubscriptionDraft draft, long version, CancellationToken cancel)
    {
        var result = await engine.Catalog.PutSubscriptionAsync(draft, new StartFrom.Earliest(), version, cancel);
        if (result.Outcome == CatalogOutcome.VersionMismatch)
            return null;
        if (!result.Done)
            return new RegistrationAnswer.Refused(OrdersProblem.Of(result));
        return Registration.Of(result.Value) is { } now && now.Url == draft.Endpoint
            ? new RegistrationAnswer.Given(now, result.Secrets)
            : null;
    }

    private async ValueTask<Registration?> FindAsync(Guid customer, long? epoch, CancellationToken cancel) =>
        Registration.Of(await engine.Catalog.FindSubscriptionAsync(CustomerWebhook.IdOf(customer), cancel)) is { } found
            && (epoch is null || (found.Epoch == epoch && !found.Mark.HasLeft))
            ? found
            : null;

    /// <param name="before">The subscription that it replaces. Its description and other labels stay. Null when there is none.</param>
    private static SubscriptionDraft Draft(Guid customer, string url, TimeSpan window, ReadOnlyMemory<byte>? secret, Subscription? before) => new()
    {
        Id = CustomerWebhook.IdOf(customer),
        Topic = OrderEvents.Topic,
        Endpoint = url,
        Description = before?.Description,
        Labels = new RegistrationMark(window, false).On(before?.Labels ?? TextMap.Empty),
        Filter = CustomerWebhook.FilterOf(customer),
        Retry = RegistrationRules.RetryOf(window),
        Secret = secret,
    };
}
