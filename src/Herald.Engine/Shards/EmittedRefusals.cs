using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>
/// The emitted events of a commit that no subscription will receive: the store did not take them, or their topic no longer exists. A store
/// promises to take all of them; the engine checks each verdict nevertheless.
/// </summary>
/// <param name="Forwards">Forwards with the reason. They become dead letters of their subscriptions.</param>
/// <param name="Letters">Dead letters of events that applications made.</param>
internal sealed record EmittedRefusals(
    IReadOnlyList<(Skip Forward, ForwardResult.Refused Why)> Forwards, IReadOnlyList<NewDeadLetter> Letters)
{
    /// <summary>The reason code of dead letters of applications' events.</summary>
    public const string NotTaken = "emit-refused";

    public static readonly EmittedRefusals None = new([], []);

    /// <summary>
    /// Checks the verdicts of a commit. If a topic cannot be read, the call fails; the same commit is then sent again, and the store
    /// recognises its number.
    /// </summary>
    /// <param name="makers">The full names of the applications that made the first events of the commit, one for each event.</param>
    /// <param name="forwards">The skips from which the next events were made. Reports come after them, and cannot become dead letters.</param>
    public static async ValueTask<EmittedRefusals> OfAsync(
        ShardCommit commit, CommitReply reply, string[] makers, Skip[] forwards, long nowMs, ShardServices services,
        CancellationToken cancel)
    {
        List<(Skip, ForwardResult.Refused)> refused = [];
        List<NewDeadLetter> letters = [];
        var topics = new Dictionary<int, ForwardResult.Refused?>();
        for (var i = 0; i < makers.Length + forwards.Length; i++)
        {
            var (verdict, one) = (reply.Emitted[i].Verdict, commit.Emitted[i]);
            var wasTaken = verdict switch
            {
                Verdict.Accepted => true,
                Verdict.Duplicate or Verdict.Conflict or Verdict.NoRoom => false,
            };
            if (!wasTaken)
                services.Metrics.NotTaken();
            if (i < makers.Length)
            {
                if (!wasTaken)
                    letters.Add(LetterOf(commit, i, makers[i], verdict, nowMs, services.Logger));
                continue;
            }
            var topic = one.Index.Topic;
            if (wasTaken && !topics.ContainsKey(topic))
            {
                var tenant = forwards[i - makers.Length].Lane.Owner.Entry.Subscription.Tenant;
                topics[topic] = await services.Forwarding.CheckTopicAsync(tenant, new EventView(one.Record).TopicText, topic, cancel);
            }
            var why = wasTaken ? topics[topic]
                : new ForwardResult.Refused(EventCopier.NotTaken, $"The store did not accept the forwarded event: {verdict}.");
            if (why is not null)
                refused.Add((forwards[i - makers.Length], why));
        }
        return new EmittedRefusals(refused, letters);
    }

    /// <summary>
    /// The dead letter of an application's event. It has no subscription and no sequence, so it contains its event, and its id is derived
    /// from the commit.
    /// </summary>
    private static NewDeadLetter LetterOf(ShardCommit commit, int index, string application, Verdict verdict, long nowMs, ILogger logger)
    {
        var (shard, view) = (commit.Fence.Shard, new EventView(commit.Emitted[index].Record));
        logger.LogError(
            "Shard {Shard}: the store did not accept event {Id} that application {Application} made for topic {Topic}: {Verdict}. "
            + "The event became a dead letter.",
            shard, view.IdText, application, view.TopicText, verdict);
        var tenant = TenantId.Split(application).Tenant;
        var number = (long)(StableHash.Mix(StableHash.Mix((ulong)commit.Fence.Epoch, (ulong)commit.Number), (ulong)index) >> 1);
        var detail = $"Application {application} made this event, and the store did not accept it: {verdict}. It was not delivered.";
        return new NewDeadLetter(
            new DeadLetterId(shard, 0, DeadLetterId.OfEmitted, number), "", tenant.FullName(view.TopicText),
            new DeadLetterReason(NotTaken, detail, Attempts: 0, StatusCode: null, FirstAttemptAtMs: 0, nowMs),
            commit.Emitted[index].Record);
    }
}
