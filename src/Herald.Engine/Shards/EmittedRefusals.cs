using Herald.Engine.Events;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>
/// The events of a commit that nobody will read: the store did not take them, or their topic is gone. A store promises to take all of them;
/// the engine reads each verdict all the same.
/// </summary>
/// <param name="Forwards">With why: they become dead letters of their subscriptions.</param>
/// <param name="Letters">Of what applications made.</param>
internal sealed record EmittedRefusals(
    IReadOnlyList<(Skip Forward, ForwardResult.Refused Why)> Forwards, IReadOnlyList<NewDeadLetter> Letters)
{
    /// <summary>The reason of the dead letters of applications' events.</summary>
    public const string NotTaken = "emit-refused";

    public static readonly EmittedRefusals None = new([], []);

    /// <summary>When a topic cannot be asked for, the commit is sent again, and recognised.</summary>
    /// <param name="makers">The applications that made the first events of the commit.</param>
    /// <param name="forwards">What the others were made of.</param>
    public static async ValueTask<EmittedRefusals> OfAsync(
        ShardCommit commit, CommitReply reply, string[] makers, Skip[] forwards, long nowMs, ShardServices services,
        CancellationToken cancel)
    {
        List<(Skip, ForwardResult.Refused)> refused = [];
        List<NewDeadLetter> letters = [];
        var topics = new Dictionary<int, ForwardResult.Refused?>();
        for (var i = 0; i < commit.Emitted.Count; i++)
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
                topics[topic] = await services.Forwarding.CheckTopicAsync(new EventView(one.Record).TopicText, topic, cancel);
            var why = wasTaken ? topics[topic]
                : new ForwardResult.Refused(ForwardEncoder.NotTaken, $"The store did not take the forwarded event: {verdict}.");
            if (why is not null)
                refused.Add((forwards[i - makers.Length], why));
        }
        return new EmittedRefusals(refused, letters);
    }

    /// <summary>It has no subscription, and no place in a log: it brings its event, and is named after its commit.</summary>
    private static NewDeadLetter LetterOf(ShardCommit commit, int index, string application, Verdict verdict, long nowMs, ILogger logger)
    {
        var (shard, view) = (commit.Fence.Shard, new EventView(commit.Emitted[index].Record));
        logger.LogError(
            "Shard {Shard}: the store did not take event {Id} that application {Application} made for topic {Topic}: {Verdict}. "
            + "It is a dead letter.",
            shard, view.IdText, application, view.TopicText, verdict);
        var number = (long)(StableHash.Mix(StableHash.Mix((ulong)commit.Fence.Epoch, (ulong)commit.Number), (ulong)index) >> 1);
        var detail = $"The application {application} made this event, and the store did not take it: {verdict}. Nobody was sent it.";
        return new NewDeadLetter(
            new DeadLetterId(shard, 0, DeadLetterId.OfEmitted, number), "", view.TopicText,
            new DeadLetterReason(NotTaken, detail, Attempts: 0, StatusCode: null, FirstAttemptAtMs: 0, nowMs),
            commit.Emitted[index].Record);
    }
}
