using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Reports;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>
/// Makes the reports of one commit: an event for each delivery that it ends and whose subscription asks for it. They are part of that
/// commit, so there is exactly one of each.
/// </summary>
internal sealed class CommitReports(ShardId shard, ShardServices services)
{
    /// <summary>Whether <see cref="MakeAsync"/> may have something to make.</summary>
    public static bool AreAskedFor(Skip[] skips) => Array.Exists(skips, skip => skip.Report is not null);

    /// <summary>A forward that is refused ends as a dead letter, and its report says so.</summary>
    public static Skip WithRefusal(in Skip forward, ForwardResult.Refused why) => forward with
    {
        Report = forward.Report is not { } report ? null
            : report with { Kind = ReportKinds.Exhausted, Reason = why.Reason, Detail = why.Detail },
    };

    /// <exception cref="StoreUnavailableException">An event or a topic cannot be read. The caller may try again.</exception>
    public async ValueTask<List<NewEvent>> MakeAsync(Skip[] skips, long settledAtMs, CancellationToken cancel)
    {
        var wanted = Array.FindAll(skips, skip => skip.Report is { IsWanted: true });
        var heads = new Heads();
        long[] unread = [.. wanted.Where(skip => skip.Report!.Event is null).Select(skip => skip.Item.Sequence).Distinct().Order()];
        if (unread.Length > 0)
            await services.Log.ReadEventsAsync(shard, unread, heads, cancel);
        var made = new List<NewEvent>(wanted.Length);
        foreach (var skip in wanted)
        {
            var (report, subscription) = (skip.Report!, skip.Lane.Owner.Entry.Subscription);
            var view = report.Event ?? heads.Find(skip.Item.Sequence);
            if (view is { } known && ReportRules.IsReport(known))
                continue;
            if (await services.Catalog.Of(subscription.Tenant).FindTopicAsync(report.Request.Topic, cancel) is { } topic)
                made.Add(services.Reports.Write(topic, subscription, skip.IdIn(shard), report, view, settledAtMs));
            else
                Drop(subscription, $"its topic '{report.Request.Topic}' does not exist. Create the topic again, or name another one.");
        }
        return made;
    }

    /// <summary>Counts the reports of a commit that is stored.</summary>
    /// <param name="reports">The events of the commit that are reports, with the verdicts of the store.</param>
    public void Tell(IEnumerable<(NewEvent Event, Verdict Verdict)> reports)
    {
        foreach (var (report, verdict) in reports)
        {
            if (verdict == Verdict.Accepted)
                services.Metrics.Reported(1);
            else
                Drop($"report {new EventView(report.Record).IdText}", $"the store did not accept it: {verdict}.");
        }
    }

    private void Drop(Subscription subscription, string why) => Drop($"a report for subscription {subscription.FullId}", why);

    private void Drop(string what, string why)
    {
        services.Metrics.ReportsDropped(1);
        if (services.LostReports.TryTake(out var leftOut))
            services.Logger.LogWarning(
                "Shard {Shard}: {What} was not made, because {Why} The delivery itself has ended as it should.{More}", shard, what, why,
                leftOut == 0 ? "" : $" {leftOut} more were not made since the last of these lines.");
    }

    private sealed class Heads : IEventSink
    {
        private readonly Dictionary<long, EventView> _bySequence = [];

        public EventView? Find(long sequence) => _bySequence.TryGetValue(sequence, out var view) ? view : null;

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => _bySequence[sequence] = EventView.HeadOf(record);

        // The report then has neither the key nor the id of the event.
        public void OnDamaged(long sequence, string damage) { }
    }
}
