using System.Globalization;
using Herald.Lab.Catchers;

namespace Herald.Lab.Scenarios;

/// <summary>The result of the scenario in sentences, below the tables.</summary>
internal static class UnaffectedSentences
{
    public static IEnumerable<string> Of(IReadOnlyList<HandlerFigures> handlers, IReadOnlyList<Criterion> criteria, PhasePlan plan)
    {
        var delivered = handlers.Sum(handler => handler.Delivered);
        if (criteria.All(criterion => criterion.Holds))
            yield return Text($"PASS: {delivered:N0} events to {handlers.Count} handlers, none lost, none out of order.");
        else
            yield return Text($"FAIL: {criteria.Count(criterion => !criterion.Holds)} of {criteria.Count} criteria do not hold; they are marked NOT OK.");
        foreach (var hell in handlers.Where(handler => handler.Role.GoesToHell))
        {
            var caughtUp = hell.CaughtUpAt is { } at ? Text($"and had caught up {Math.Max(0, (at - plan.HellEnds).TotalSeconds):0} s after its end") : "and has not caught up";
            yield return Text($"\"{hell.Role.Name}\" answered every request with 500 for {plan.Hell.TotalSeconds:0} s {caughtUp}.");
        }
        foreach (var clean in handlers.Where(handler => handler.Role.Usual == Mode.None))
        {
            if (clean.Phases[Phase.Before].Lag(0.99) is { } before && clean.Phases[Phase.Hell].Lag(0.99) is { } during)
                yield return Text($"Meanwhile \"{clean.Role.Name}\" had a p99 of {LagText.Format(during)}; before, it was {LagText.Format(before)}.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
