using System.Buffers;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Leases;
using Herald.Engine.Metrics;
using Herald.Engine.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Sending;

/// <summary>The report that an attempt has ended. <see cref="Counted"/> is false when nothing was sent.</summary>
/// <param name="EndpointFails">Most of the latest attempts from this node to the endpoint have failed.</param>
/// <param name="Redelivery">What the receiver was told.</param>
internal readonly record struct AttemptEnded(
    StartAttempt Start, AttemptResult Result, bool Counted, long StartedAtMs, bool EndpointFails = false,
    Redelivery Redelivery = Redelivery.None)
{
    /// <summary>The event without its payload. Null unless <see cref="StartAttempt.IsReported"/>.</summary>
    public EventView? Event { get; init; }
}

/// <summary>
/// Carries one attempt from its permit to its result. It looks up the subscription at the last moment, so that a pause or a new endpoint
/// takes effect at once.
/// </summary>
internal sealed class AttemptRunner(
    CatalogCache catalog, ChannelSet channels, MissingChannels missing, PermitLedger ledger, ByteGate gate, EngineMetrics metrics,
    StartGate starting, MessageIds messageIds,
    TimeProvider time, ILogger logger)
{
    public static readonly AttemptResult NotSent =
        new() { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Guard, Reason = "not sent" };

    private readonly AttemptsUnderWay _underWay = new();

    public ValueTask EnterAsync(int subscription, int bytes) => gate.EnterAsync(subscription, bytes);

    /// <param name="record">Rented from the shared pool. This method returns it to the pool.</param>
    public async void Run(StartAttempt start, byte[] record, int length, LeaseTerm term, IPermitTaker taker, Action<AttemptEnded> ended)
    {
        var startedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (result, counted, endpointFails) = (NotSent, false, false);
        var (endpoint, hasChannel, redelivery) = (0, true, Redelivery.None);
        var own = _underWay.Begin(start.Subscription);
        CancellationTokenRegistration withTerm = default;
        try
        {
            var side = starting.Enter();
            Task<AttemptResult>? trying;
            try
            {
                var view = new EventView(record.AsMemory(0, length));
                redelivery = RedeliveryOf(start, view);
                trying = Begin(start, view, redelivery, term, own, out withTerm, out endpoint, out hasChannel);
            }
            finally
            {
                starting.Leave(side);
            }
            if (trying is not null)
            {
                result = await trying;
                counted = result.NotTriedFor is null;
            }
        }
        catch (OperationCanceledException) when (own.IsCancellationRequested)
        {
            // The node is stopping, the shard's lease has ended, or the subscription was deleted. In the first two cases it is unknown
            // whether the event arrived, so it is sent again with the same message id.
        }
        catch (Exception unexpected)
        {
            // A channel must not throw. If one does, the key must keep its order and the process must continue.
            logger.LogError(
                unexpected,
                "The channel of subscription {Subscription} threw an exception. This is a defect of "
                    + "the channel. The attempt counts as failed.",
                start.Subscription);
            (result, counted) = (new AttemptResult { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Send, Reason = $"error in the channel: {unexpected.Message}" }, true);
        }
        _underWay.End(own);
        // Unregister, not Dispose: Dispose would wait while another thread runs the callbacks that give up this attempt and others.
        withTerm.Unregister();
        var head = start.IsReported && counted ? EventView.HeadOf(record.AsSpan(0, length)) : (EventView?)null;
        ArrayPool<byte>.Shared.Return(record);
        gate.Leave(start.Subscription, length);
        metrics.Attempted(result, counted);
        if (counted && result.Outcome == AttemptOutcome.Expired)
            ledger.Return(start.Subscription, start.Kind, 1); // Nothing was sent, so it says nothing about the endpoint.
        else if (counted && IsPresent(start, endpoint))
            endpointFails = ledger.Settle(start.Subscription, start.Kind, result, start.KeyHash, taker);
        else if (counted)
            ledger.Settle(start.Subscription, start.Kind);
        else if (!hasChannel && IsPresent(start, endpoint))
            ledger.ReturnUnreachable(start.Subscription, start.Kind);
        else if (result.NotTriedFor is { } wait && IsPresent(start, endpoint))
            ledger.ReturnHeld(start.Subscription, start.Kind, wait);
        else
            ledger.Return(start.Subscription, start.Kind, 1);
        ended(new AttemptEnded(start, result, counted, startedAtMs, endpointFails, redelivery) { Event = head });
    }

    /// <summary>
    /// Gives up the attempts under way of subscriptions that the catalog no longer contains. This frees their permits and bytes at once,
    /// not only at their timeout. Attempts of a paused subscription continue, because their results count.
    /// </summary>
    public void GiveUp(IReadOnlySet<int> gone) => _underWay.GiveUp(gone);

    /// <summary>Gives back bytes and permit without an attempt: the event no longer exists, or the node is stopping.</summary>
    public void Withdraw(StartAttempt start, int bytes)
    {
        gate.Leave(start.Subscription, bytes);
        ledger.Return(start.Subscription, start.Kind, 1);
    }

    /// <summary>
    /// Null when the subscription is not active in this generation, when no channel serves the endpoint, when the endpoint's secret cannot
    /// be read, or when the lease has run out. A payload with an unknown key fails without being sent.
    /// </summary>
    /// <param name="own">Cancels this attempt. This method links it to the lease's term.</param>
    private Task<AttemptResult>? Begin(
        StartAttempt start, EventView view, Redelivery redelivery, LeaseTerm term, CancellationTokenSource own,
        out CancellationTokenRegistration withTerm, out int endpoint, out bool hasChannel)
    {
        (withTerm, endpoint, hasChannel) = (default, 0, true);
        if (Find(start) is not { Subscription: var subscription } entry)
            return null;
        endpoint = subscription.EndpointRevision;
        if (channels.Find(subscription.Endpoint.Address) is not { } channel)
        {
            hasChannel = false;
            missing.Met(subscription);
            return null;
        }
        if (entry.LacksSecret)
        {
            // It waits like an endpoint without a channel. The catalog has already logged it.
            hasChannel = false;
            return null;
        }
        var sequence = start.Item.Sequence;
        var attempt = new Attempt(
            subscription, entry.Secrets, view, messageIds.Of(subscription.FullId, view, sequence), sequence, start.Number, redelivery);
        // This check comes last: a lease that was valid earlier may have run out by the time the attempt starts.
        if (!term.TryBegin(out var given))
            return null;
        if (view.KeyId is not 0 and var key)
            return Task.FromResult(Unreadable(key));
        withTerm = given.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), own);
        return channel.TryAsync(attempt, own.Token).AsTask();
    }

    private static Redelivery RedeliveryOf(StartAttempt start, EventView view) =>
        (view.Flags & EventFlags.Addressed) != 0 ? Redelivery.Redrive : start.Replayed ? Redelivery.Replay : Redelivery.None;

    // The key can become known, so the delivery is tried again. The policy decides how often.
    private static AttemptResult Unreadable(int key) =>
        new() { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Guard, Reason = new UnknownKeyException(key).Message };

    private bool IsPresent(StartAttempt start, int endpoint) =>
        !catalog.Snapshot.ByNumber.TryGetValue(start.Subscription, out var entry) || entry.Subscription.EndpointRevision == endpoint;

    private SubscriptionEntry? Find(StartAttempt start) =>
        catalog.Snapshot.ByNumber.TryGetValue(start.Subscription, out var entry)
            && entry.Subscription is { Status: SubscriptionStatus.Active } found
        && found.Generation == start.Generation ? entry : null;
}
