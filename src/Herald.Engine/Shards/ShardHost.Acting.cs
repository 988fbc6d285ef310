using Herald.Engine.Sending;

namespace Herald.Engine.Shards;

/// <summary>
/// Carries out the machine's outputs: asks for permits, finds room for attempts, loads and starts them, and passes skips to the commits.
/// </summary>
internal sealed partial class ShardHost
{
    // Steps 5 and 6 of a round.
    private async ValueTask ActAsync()
    {
        var acts = _machine.Out;
        // Permits granted at once are normally used at once. A shard that is stopping starts nothing.
        for (var i = 0; i < acts.Wishes.Count && !_stopping; i++)
        {
            var wish = acts.Wishes[i];
            if (_services.Ledger.Ask(wish.State.Entry.Subscription, wish.Kind, wish.Count, this) is not (> 0 and var granted))
                continue;
            if (wish.CameBack)
                Post(new ShardMessage.Granted(wish.State.Number, wish.Kind, granted));
            else
                _machine.OnGrant(wish.State.Number, wish.Kind, granted, NowMs());
        }
        acts.Wishes.Clear();
        ReturnUnused();
        foreach (var gone in acts.Gone)
            _ = DisableAsync(gone);
        acts.Gone.Clear();
        HandOverSkips();
        foreach (var start in acts.Starts)
        {
            // The loop never waits for room, so that results and the attempts of other subscriptions go on.
            var entered = _services.Runner.EnterAsync(start.Subscription, start.Item.Size);
            if (entered.IsCompletedSuccessfully)
                _entered.Add(start);
            else
                _ = EnterLaterAsync(start, entered);
        }
        acts.Starts.Clear();
        if (_entered.Count == 0)
            return;
        await _loader.LoadAsync(_entered, Launch, _abort.Token);
        _entered.Clear();
        // Again, for events that turned out to be gone or damaged. A commit that saves their deliveries as settled must know the skips.
        HandOverSkips();
    }

    private void HandOverSkips()
    {
        _commits.Add(_machine.Out.Skips);
        _machine.Out.Skips.Clear();
        foreach (var change in _machine.Out.HoldChanges)
            _commits.History.Add(change, _machine.ToWall(NowMs()));
        _machine.Out.HoldChanges.Clear();
        _commits.AddRejected(_machine.Out.Rejected);
        _machine.Out.Rejected.Clear();
    }

    private async Task EnterLaterAsync(StartAttempt start, ValueTask entered)
    {
        await entered;
        if (!Post(new ShardMessage.Entered(start)))
            _services.Runner.Withdraw(start, start.Item.Size);
    }

    private void Launch(StartAttempt start, byte[]? record, int length, string? damage)
    {
        if (record is null)
        {
            _services.Runner.Withdraw(start, start.Item.Size);
            if (damage is null)
                _machine.OnMissing(start.Subscription, start.Generation, start.KeyHash);
            else
                _machine.OnDamaged(start.Subscription, start.Generation, start.KeyHash, damage, NowMs());
            return;
        }
        start = start with { BegunAtMs = NowMs() };
        _inFlight.Begin(start.BegunAtMs);
        _machine.OnBegun(start.Subscription, start.Generation, start.KeyHash, start.BegunAtMs);
        _services.Runner.Run(start, record, length, _term, this, OnAttemptEnded);
    }

    private void OnAttemptEnded(AttemptEnded ended) => Post(new ShardMessage.Ended(ended, NowMs()));
}
