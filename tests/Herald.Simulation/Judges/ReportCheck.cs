using System.Globalization;
using System.Text.Json;
using Herald.Engine.Events;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Judges;

/// <summary>
/// Compares settled deliveries and reports one by one. It needs that a subscription asks for the same reports as long as it exists.
/// </summary>
internal sealed class ReportCheck(Simulator simulator)
{
    private readonly HashSet<DeadLetterId> _reported = [];

    // Skips of the commit under judgement, by their deliveries.
    private readonly Dictionary<DeadLetterId, SkipKind> _skips = [];

    /// <summary>An event that Herald made as a report, not a forward or a redrive of one.</summary>
    public static bool IsReport(EventView view) => IsAboutReport(view) && view.Hops == 0 && (view.Flags & EventFlags.Addressed) == 0;

    /// <summary>A skip that a commit saves. If its subscription asks for a report, that commit must have it.</summary>
    public void OnSkipped(ShardId shard, HistoryRecord skip) =>
        _skips[new DeadLetterId(shard, skip.Subscription, skip.Generation, skip.Sequence)] = skip.Skip;

    /// <param name="eventOf">The event of a sequence of this shard.</param>
    /// <param name="topicOf">The full name of a topic.</param>
    /// <param name="isFreed">Whether retention has freed a sequence of this shard.</param>
    public void OnCommit(
        ShardCommit commit, Func<int, int, SubscriptionModel?> find, Func<long, AcceptedEvent> eventOf, Func<int, string> topicOf, Func<long, bool> isFreed)
    {
        foreach (var one in commit.Emitted.Where(one => IsReport(new EventView(one.Record))))
            Check(commit, new EventView(one.Record), topicOf(one.Index.Topic), find, eventOf, isFreed);
        foreach (var (of, skip) in _skips)
        {
            if (find(of.Subscription, of.Generation) is { } model && IsWanted(model, KindOf(skip), eventOf(of.Sequence)) && !_reported.Contains(of))
                throw new Violation($"27: a commit of shard {of.Shard} ends sequence {of.Sequence} ({skip}) without its report: {model}");
        }
        _skips.Clear();
    }

    /// <summary>
    /// Everything has settled. What the receivers have acknowledged has been reported by now. But when a node dies before it saves a
    /// success, and retention frees the event before the next attempt, nobody can report it.
    /// </summary>
    public void CheckAll(IEnumerable<SubscriptionModel> living, Func<int, long, AcceptedEvent> eventOf, Func<int, long, bool> isFreed)
    {
        foreach (var model in living)
        {
            foreach (var ((shard, _), lane) in model.Lanes)
            {
                foreach (var sequence in lane.Acknowledged.Where(one => lane.Matches.Contains(one) && !lane.Skipped.Contains(one) && !isFreed(shard, one)))
                {
                    var accepted = eventOf(shard, sequence);
                    var kind = accepted.Address is null ? ReportKinds.Delivered : ReportKinds.Recovered;
                    if (IsWanted(model, kind, accepted) && !_reported.Contains(new DeadLetterId(new ShardId(shard), model.Number, model.Generation, sequence)))
                        throw new Violation($"27: sequence {sequence} of shard {shard} is delivered, and has no report: {model}");
                }
            }
        }
    }

    private void Check(
        ShardCommit commit, EventView view, string topic, Func<int, int, SubscriptionModel?> find, Func<long, AcceptedEvent> eventOf, Func<long, bool> isFreed)
    {
        var body = JsonDocument.Parse(view.Payload).RootElement;
        var parts = view.IdText.Split('/');
        var of = new DeadLetterId(commit.Fence.Shard, int.Parse(parts[2], CultureInfo.InvariantCulture), int.Parse(parts[3], CultureInfo.InvariantCulture), body.GetProperty("sequence").GetInt64());
        if (!_reported.Add(of))
            throw new Violation($"27: a second report of sequence {of.Sequence} of shard {of.Shard}, subscription {of.Subscription}, generation {of.Generation}");
        if (find(of.Subscription, of.Generation) is not { } model)
            throw new Violation($"27: a report for subscription {of.Subscription}, generation {of.Generation}, which never was");
        var (accepted, kind) = (eventOf(of.Sequence), ReportKindNames.Find(view.TypeText!));
        var lane = model.LaneOf(of.Shard.Value, accepted);
        var original = new EventView(accepted.Record);
        // Of an event that retention has freed, only the sequence is known: nobody can tell that it was a report.
        var isGone = kind == ReportKinds.Expired && isFreed(of.Sequence) && !body.TryGetProperty("event", out _);
        if (!lane.Matches.Contains(of.Sequence) || !(isGone ? IsAskedFor(model, kind) : IsWanted(model, kind, accepted)))
            throw new Violation($"27: a report ({kind}) that nobody asked for, of sequence {of.Sequence} of shard {of.Shard}: {model}");
        if (topic != model.Latest.Tenant.FullName(model.Latest.Reports!.Topic) || view.KeyText != (isGone ? null : original.KeyText ?? original.IdText))
            throw new Violation($"27: a report of {original.IdText} with topic {topic} and key {view.KeyText}: {model}");
        if (!Fits(commit, kind, of, lane, accepted))
            throw new Violation($"27: a report says {kind}, which is not how sequence {of.Sequence} of shard {of.Shard} ended: {model}");
        if (kind is ReportKinds.Delivered or ReportKinds.Recovered && body.GetProperty("attempts").GetInt32() < 1)
            throw new Violation($"27: a report of a success without an attempt, of sequence {of.Sequence} of shard {of.Shard}: {model}");
        simulator.Reached.Count($"reported: {kind}");
    }

    private bool Fits(ShardCommit commit, ReportKinds kind, DeadLetterId of, LaneModel lane, AcceptedEvent accepted)
    {
        var isLetter = commit.DeadLetters.Any(letter => letter.Id == of);
        var skip = _skips.TryGetValue(of, out var skipped) ? skipped : (SkipKind?)null;
        return kind is ReportKinds.Delivered or ReportKinds.Recovered
            ? !isLetter && skip is null && lane.Acknowledged.Contains(of.Sequence) && (accepted.Address is not null) == (kind == ReportKinds.Recovered)
            : skip is { } known && KindOf(known) == kind && isLetter == (kind == ReportKinds.Exhausted);
    }

    private static bool IsWanted(SubscriptionModel model, ReportKinds kind, AcceptedEvent accepted) =>
        IsAskedFor(model, kind) && !IsAboutReport(new EventView(accepted.Record));

    private static bool IsAskedFor(SubscriptionModel model, ReportKinds kind) => ((model.Latest.Reports?.On ?? ReportKinds.None) & kind) != 0;

    // Without the engine's own rule: the judge must notice when that one is wrong.
    private static bool IsAboutReport(EventView view) =>
        (view.Flags & EventFlags.Emitted) != 0 && view.IdText.StartsWith("herald/report/", StringComparison.Ordinal);

    private static ReportKinds KindOf(SkipKind skip) => skip switch
    {
        SkipKind.DeadLetter => ReportKinds.Exhausted,
        SkipKind.Forward => ReportKinds.Forwarded,
        SkipKind.Expire => ReportKinds.Expired,
        SkipKind.Discard => ReportKinds.Discarded,
        SkipKind.Delivered => throw new Violation("27: a history has a reported success as a skip"),
    };
}
