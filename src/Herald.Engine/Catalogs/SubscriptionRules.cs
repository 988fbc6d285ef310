using System.Text.RegularExpressions;
using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>Rules for names, filters, policies and limits. A check reports all problems at once, each with field, value and rule.</summary>
public static partial class SubscriptionRules
{
    private const int MaxClauses = 10;
    private const int MaxValues = 150;

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,255}\z")]
    private static partial Regex NamePattern();

    public static bool IsName(string name) => NamePattern().IsMatch(name);

    public static FieldProblem? CheckName(string pointer, string? name) =>
        name is not null && IsName(name) ? null : FieldProblem.Of(pointer, name, "A name has 1 to 255 letters, digits, '.', '_' or '-'.");

    internal static List<FieldProblem> CheckTopic(string name, TextMap labels)
    {
        var found = new List<FieldProblem>();
        Add(found, CheckName("/topic", name));
        LabelRules.Check(labels, found);
        return found;
    }

    internal static List<FieldProblem> Check(SubscriptionDraft draft, ChannelSet channels)
    {
        var found = new List<FieldProblem>();
        Add(found, CheckName("/id", draft.Id));
        Add(found, CheckName("/topic", draft.Topic));
        EndpointCheck.Check(draft, channels, found);
        if (draft.Description is { Length: > 1024 })
            found.Add(FieldProblem.Of("/description", draft.Description, "A description has at most 1,024 characters."));
        CheckFilter(draft.Filter, found);
        CheckRetry(draft.Retry, draft.Topic, found);
        CheckLimits(draft.Limits, found);
        CheckReports(draft.Reports, draft.Topic, found);
        LabelRules.Check(draft.Labels, found);
        return found;
    }

    private static void CheckFilter(Filter filter, List<FieldProblem> found)
    {
        if (filter.Clauses.Count > MaxClauses)
            found.Add(new("/filter", $"{filter.Clauses.Count} attributes", $"A filter has at most {MaxClauses} attributes."));
        foreach (var clause in filter.Clauses)
        {
            var pointer = $"/filter/{clause.Attribute}";
            if (clause.Attribute.Length is 0 or > 255)
                found.Add(FieldProblem.Of(pointer, clause.Attribute, "An attribute's name has 1 to 255 characters."));
            if (clause.Values.Count is 0 or > MaxValues)
                found.Add(
                    new(
                        pointer, $"{clause.Values.Count} values",
                        $"Each attribute of a filter has 1 to {MaxValues} values. An event matches when its value equals one of them."));
        }
    }

    private static void CheckRetry(RetryPolicy retry, string topic, List<FieldProblem> found)
    {
        if (retry.MaxAttempts is < 1 or > 1_000_000)
            found.Add(new("/retry/maxAttempts", $"{retry.MaxAttempts}", "From 1 (no retry) to 1,000,000."));
        CheckSpan("/retry/maxAge", retry.MaxAge, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365), found);
        CheckSpan("/retry/ttl", retry.Ttl, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(365), found);
        if (retry is { MaxAttempts: null, MaxAge: null, OnExhausted: not OnExhausted.Hold })
            found.Add(new("/retry", "no maxAttempts, no maxAge",
                "Set maxAttempts or maxAge. Otherwise a delivery that always fails never ends."));
        if (retry.OnExhausted == OnExhausted.Forward)
            Add(found, CheckName("/retry/forwardTo", retry.ForwardTo));
        else if (retry.ForwardTo is not null)
            found.Add(FieldProblem.Of("/retry/forwardTo", retry.ForwardTo, "Allowed only with onExhausted: forward."));
        if (retry.ForwardTo is not null && retry.ForwardTo == topic)
            found.Add(
                FieldProblem.Of(
                    "/retry/forwardTo", retry.ForwardTo,
                    "Name another topic than the subscription's own. Otherwise a failed event would "
                        + "return to this subscription again and again."));
        switch (retry.Waits)
        {
            case RetryWaits.Exponential waits:
                CheckSpan("/retry/base", waits.Base, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), found);
                CheckSpan("/retry/cap", waits.Cap, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(7), found);
                if (waits.First.Count > 10)
                    found.Add(new("/retry/first", $"{waits.First.Count} waits", "At most 10 waits are allowed before base."));
                for (var i = 0; i < waits.First.Count; i++)
                    CheckSpan($"/retry/first/{i}", waits.First[i], TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), found);
                if (!(waits.Factor is >= 1 and <= 100))
                    found.Add(new("/retry/factor", $"{waits.Factor}", "From 1 to 100."));
                if (waits.Cap < waits.Base)
                    found.Add(new("/retry/cap", DurationText.Format(waits.Cap), "Must not be shorter than base."));
                CheckJitter(waits.Jitter, found);
                break;
            case RetryWaits.Schedule waits:
                if (waits.Waits.Count is 0 or > 100)
                    found.Add(new("/retry/schedule", $"{waits.Waits.Count} waits", "A schedule has 1 to 100 waits."));
                for (var i = 0; i < waits.Waits.Count; i++)
                    CheckSpan($"/retry/schedule/{i}", waits.Waits[i], TimeSpan.Zero, TimeSpan.FromDays(7), found);
                CheckJitter(waits.Jitter, found);
                break;
        }
    }

    private static void CheckLimits(DeliveryLimits limits, List<FieldProblem> found)
    {
        if (limits.MaxInFlight is < 1 or > 10_000)
            found.Add(new("/limits/maxInFlight", $"{limits.MaxInFlight}", "From 1 to 10,000."));
        if (limits.RatePerSecond is { } rate && !(rate is >= 0.01 and <= 1_000_000))
            found.Add(new("/limits/ratePerSecond", $"{rate}", "From 0.01 to 1,000,000; leave it out for no limit."));
        CheckSpan("/limits/timeout", limits.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5), found);
    }

    private static void CheckReports(ReportRequest? reports, string topic, List<FieldProblem> found)
    {
        if (reports is null)
            return;
        Add(found, CheckName("/reports/topic", reports.Topic));
        if (reports.Topic == topic)
            found.Add(
                FieldProblem.Of(
                    "/reports/topic", reports.Topic,
                    "Name another topic than the subscription's own. Otherwise it would receive the reports of its own deliveries."));
        if (reports.On is ReportKinds.None || (reports.On & ~ReportKinds.All) != 0)
            found.Add(new("/reports/on", $"{reports.On}", $"Name at least one of: {string.Join(", ", ReportKindNames.All)}."));
    }

    private static void CheckJitter(double jitter, List<FieldProblem> found)
    {
        if (!(jitter is >= 0 and <= 1))
            found.Add(new("/retry/jitter", $"{jitter}", "From 0 to 1. With 0.2, a wait varies from 80 % to 120 %."));
    }

    private static void CheckSpan(string pointer, TimeSpan? span, TimeSpan least, TimeSpan most, List<FieldProblem> found)
    {
        if (span is { } given && (given < least || given > most))
            found.Add(new(pointer, DurationText.Format(given), $"From {DurationText.Format(least)} to {DurationText.Format(most)}."));
    }

    private static void Add(List<FieldProblem> found, FieldProblem? problem)
    {
        if (problem is not null)
            found.Add(problem);
    }
}
