using System.Diagnostics;
using Herald.Engine.Sending;

namespace Herald.Engine.Shards;

/// <summary>
/// Gives back to the node what the shard has taken from it, when its lease runs out and when it ends. The node may go on without this
/// shard.
/// </summary>
internal sealed partial class ShardHost
{
    private void ReturnUnused()
    {
        foreach (var (subscription, kind, count) in _machine.Out.Unused)
            _services.Ledger.Return(subscription, kind, count);
        _machine.Out.Unused.Clear();
    }

    // The lease ran out before these attempts began. Their lanes ask for permits again in the next round that acts.
    private void GiveBackStarts()
    {
        StartAttempt[] starts = [.. _machine.Out.Starts, .. _entered];
        ReturnStarts();
        foreach (var start in starts)
            _machine.OnResult(start.Subscription, start.Generation, start.KeyHash, AttemptRunner.NotSent, counted: false, NowMs());
    }

    // While a stop has a limit for attempts: the time at which even the youngest attempt in flight has reached it.
    private long AttemptsDueMs => _attemptsLast is { } last && _inFlight.Count > 0 ? _inFlight.YoungestMs + (long)last.TotalMilliseconds : long.MaxValue;

    private void GiveUpOldAttempts()
    {
        if (NowMs() < AttemptsDueMs)
            return;
        _attemptsLast = null;
        _term.GiveUpAttempts();
    }

    private void ReturnStarts()
    {
        ReturnUnused();
        foreach (var start in _machine.Out.Starts)
            _services.Ledger.Return(start.Subscription, start.Kind, 1);
        _machine.Out.Starts.Clear();
        foreach (var start in _entered)
            _services.Runner.Withdraw(start, start.Item.Size);
        _entered.Clear();
    }

    // Attempts in flight are given up first. Their ends come back as messages.
    private async ValueTask CloseAsync()
    {
        _term.End();
        while (_inFlight.Count > 0)
        {
            await _mailbox.Reader.WaitToReadAsync();
            Discard();
        }
        _services.Ledger.Withdraw(this);
        _mailbox.Writer.Complete();
        Discard();
        ReturnStarts();
        _commits.GiveUp();
        // The applications end with the loop, whatever ended it.
        _abort.Cancel();
        await _applications.WhenEnded();
        _machine.Leave();
        Volatile.Write(ref _catalogFollowed, long.MaxValue);
    }

    private void Discard()
    {
        while (_mailbox.Reader.TryRead(out var message))
        {
            switch (message)
            {
                case ShardMessage.Ended { Attempt: var attempt }:
                    _inFlight.End(attempt.Start.BegunAtMs);
                    break;
                case ShardMessage.Entered { Start: var start }:
                    _services.Runner.Withdraw(start, start.Item.Size);
                    break;
                case ShardMessage.Granted grant:
                    _services.Ledger.Return(grant.Subscription, grant.Kind, grant.Count);
                    break;
                case ShardMessage.Call call:
                    call.Refuse();
                    break;
                case ShardMessage.EndpointBack or ShardMessage.CatalogChanged or ShardMessage.Committed or ShardMessage.Wake:
                    break; // Nothing to give back.
                default:
                    throw new UnreachableException($"{message}");
            }
        }
    }
}
