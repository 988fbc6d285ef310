using System.Text.Json.Nodes;
using Herald.Hosting.Commands;

namespace Herald.Lab.Catchers;

/// <summary>The summary at the end of <c>herald catcher</c>.</summary>
internal static class CatcherSummary
{
    public static ExitCode Print(Terminal terminal, IReadOnlyList<Catcher> catchers)
    {
        var violations = catchers.Sum(catcher => catcher.Counts.Violations);
        foreach (var violation in catchers.SelectMany(catcher => catcher.Order.Told).Take(OrderCheck.MostTold))
            terminal.Error.WriteLine($"Out of order: {violation}.");
        var sums = new (string Name, long Count)[]
        {
            ("delivered", catchers.Sum(catcher => catcher.Counts.Acknowledged)),
            ("delayed", catchers.Sum(catcher => catcher.Counts.Delayed)),
            ("failed", catchers.Sum(catcher => catcher.Counts.Failed)),
            ("refused", catchers.Sum(catcher => catcher.Counts.Refused)),
            ("retries", catchers.Sum(catcher => catcher.Counts.Retries)),
            ("duplicates", catchers.Sum(catcher => catcher.Counts.Duplicates)),
            ("violations", violations),
        };
        if (terminal.Json)
            terminal.Out.WriteLine(
                new JsonObject([.. sums.Select(sum => KeyValuePair.Create(sum.Name, (JsonNode?)sum.Count))]).ToJsonString());
        else
            terminal.Out.WriteLine(string.Join(", ", sums.Select(sum => $"{sum.Name} {sum.Count}")));
        return violations == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
