using System.Diagnostics;

namespace Herald.Engine.Shards;

/// <summary>Takes the messages that reach the loop from outside, between two steps of the machine.</summary>
internal sealed partial class ShardHost
{
    // Step 1 of a round.
    private void TakeMessages()
    {
        // A limited number at a time, so that a flood of results cannot keep the shard from reading and committing.
        for (var i = 0; i < 4096 && _mailbox.Reader.TryRead(out var message); i++)
        {
            var now = NowMs();
            switch (message)
            {
                case ShardMessage.Ended { Attempt: var attempt, AtMs: var endedAtMs }:
                    _inFlight.End(attempt.Start.BegunAtMs);
                    if (attempt.Counted)
                        _commits.History.Add(attempt);
                    _machine.OnResult(
                        attempt.Start.Subscription, attempt.Start.Generation, attempt.Start.KeyHash, attempt.Result, attempt.Counted, endedAtMs,
                        attempt.EndpointFails, attempt.Event);
                    break;
                case ShardMessage.Entered { Start: var start }:
                    if (_stopping)
                        _services.Runner.Withdraw(start, start.Item.Size);
                    else
                        _entered.Add(start);
                    break;
                case ShardMessage.Granted grant:
                    if (_stopping)
                        _services.Ledger.Return(grant.Subscription, grant.Kind, grant.Count);
                    else
                        _machine.OnGrant(grant.Subscription, grant.Kind, grant.Count, now);
                    break;
                case ShardMessage.EndpointBack back:
                    _machine.OnEndpointBack(back.Subscription, now);
                    break;
                case ShardMessage.CatalogChanged { Update: var update }:
                    // An update that was already part of the machine's first snapshot changes nothing.
                    if (update.Snapshot.Edition > _machine.Catalog.Edition)
                        _machine.OnCatalog(update, now);
                    // Written last: by now the machine holds the topics of all subscriptions that begin with this update.
                    Volatile.Write(ref _catalogFollowed, _machine.Catalog.Edition);
                    break;
                case ShardMessage.Committed committed:
                    _commits.OnEnded(committed, now);
                    break;
                case ShardMessage.Call call:
                    call.Run(_machine);
                    break;
                case ShardMessage.Wake:
                    // Reset here, not at the start of a round: a kick that comes from now on posts another message, so the loop does not
                    // sleep through it.
                    Volatile.Write(ref _wakePosted, 0);
                    break;
                default:
                    throw new UnreachableException($"{message}");
            }
        }
    }
}
