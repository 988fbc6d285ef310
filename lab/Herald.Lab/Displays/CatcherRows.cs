using Herald.Lab.Catchers;
using Spectre.Console;

namespace Herald.Lab.Displays;

/// <summary>The rows of a live table with a column for each catcher: what it does now, and what it has counted.</summary>
internal static class CatcherRows
{
    public static void AddTo(Table table, IReadOnlyList<(Mode Mode, CatcherCounts Counts)> catchers)
    {
        table.AddRow(["mode", .. catchers.Select(catcher => Modes.NameOf(catcher.Mode))]);
        Add("delivered", counts => $"{counts.Acknowledged:N0}");
        Add("failed", counts => $"{counts.Failed:N0}");
        Add("retries", counts => $"{counts.Retries:N0}");
        Add("duplicates", counts => $"{counts.Duplicates:N0}");
        Add("out of order", counts => counts.Violations == 0 ? "[green]0[/]" : $"[red]{counts.Violations:N0}[/]");

        void Add(string title, Func<CatcherCounts, string> cell) => table.AddRow([title, .. catchers.Select(catcher => cell(catcher.Counts))]);
    }
}
