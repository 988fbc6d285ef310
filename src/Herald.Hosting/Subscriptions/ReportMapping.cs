using Herald.Engine.Basics;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Problems;

namespace Herald.Hosting.Subscriptions;

/// <summary>Converts what a subscription reports between the wire and the domain.</summary>
internal static class ReportMapping
{
    public static ReportRequest? ToReports(ReportsWire? wire, ProblemList found)
    {
        if (wire is null)
            return null;
        if (wire.On is null)
            return new(wire.Topic, ReportKinds.All);
        var (kinds, isKnown) = (ReportKinds.None, true);
        for (var i = 0; i < wire.On.Count; i++)
        {
            var kind = ReportKindNames.Find(wire.On[i]);
            kinds |= kind;
            if (kind is not ReportKinds.None)
                continue;
            isKnown = false;
            found.Add(FieldProblem.Of($"/reports/on/{i}", wire.On[i], $"Use one of: {string.Join(", ", ReportKindNames.All)}."));
        }
        // Of unknown kinds alone, the catalog would say again that none is named.
        return new(wire.Topic, isKnown ? kinds : ReportKinds.All);
    }

    public static ReportsWire? ToWire(ReportRequest? reports) =>
        reports is null ? null : new() { Topic = reports.Topic, On = [.. ReportKindNames.AllOf(reports.On)] };
}
