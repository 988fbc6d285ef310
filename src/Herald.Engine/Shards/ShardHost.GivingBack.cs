using System.Diagnostics;
using Herald.Engine.Sending;

namespace Herald.Engine.Shards;

/// <summary>What a shard has taken from its node goes back to it, when its lease runs out and when it ends: the node may live on without this shard.</summary>
internal sealed partial class ShardHost
{
    private void ReturnUnused()
    {
        foreach (var (subscription, kind, count) in _machine.Out.Unused)
            _services.Ledger.Return(subscription, kind, count);
        _machine.Out.Unused.Clear();
    }

    // Attempts that the end of the lease has overtaken. Their keys ask for permits again when there is a round that acts.
    private void GiveBackStarts()
    {
        StartAttempt[] starts = [.. _machine.Out.Starts, .. _entered];
        ReturnStarts();
        foreach (var start in starts)
            _machine.OnResult(start.Subscription, start.Generation, start.KeyHash, start.Item.Sequence, AttemptRunner.NotSent, counted: false, NowMs());
    }

    // When those in flight are all old, in a stop that gives up such.
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

    // Attempts in flight are given up first: they come back as messages.
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
        // Whatever ended the loop, applications end with it.
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
                    break; // They bring nothing that must go back.
                default:
                    throw new UnreachableException($"{message}");
            }
        }
    }
}
