using System.Globalization;
using Herald.Hosting.Commands;
using Herald.Lab.Displays;
using Herald.Lab.Ledgers;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Herald.Lab.Demos.Orders;

/// <summary>Shows the orders demo while it runs: a live table with a column for each handler, or a line per second.</summary>
internal sealed class OrdersDemoDisplay(
    ReceiptLedger ledger, IReadOnlyList<OrdersDemoHandler> handlers, IReadOnlyList<Guid> customers, DemoPhase phase, Terminal terminal,
    TimeProvider time)
    : ProgressDisplay(terminal.Out, time)
{
    private const int ColumnWidth = 9;

    protected override string Line() => string.Create(CultureInfo.InvariantCulture, $"{phase.Elapsed.TotalSeconds:0}s accepted {ledger.AcceptedCount} | {string.Join(" | ", handlers.Select(handler =>
        $"handler {handler.Number} ({StateOf(handler)}): delivered {handler.Counts.Acknowledged} failed {handler.Counts.Failed} duplicates {handler.Counts.Duplicates} out-of-order {handler.Counts.Violations}"))}");

    protected override IRenderable Table()
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("handler");
        foreach (var handler in handlers)
            table.AddColumn(new TableColumn($"[bold]{handler.Number}[/]").RightAligned().NoWrap().Width(ColumnWidth));
        table.AddRow(["customer", .. handlers.Select(CustomerOf)]);
        CatcherRows.AddTo(table, [.. handlers.Select(handler => (handler.Mode, handler.Counts))]);
        return new Rows(
            new Text($"Herald orders demo: {phase}"),
            new Text($"accepted {ledger.AcceptedCount:N0}, delivered {ledger.Now(0).Delivered:N0}"), table);
    }

    private string CustomerOf(OrdersDemoHandler handler) =>
        handler.IsKilled ? "[red]killed[/]" : NumberOf(handler.Customer) is { } number ? $"[green]{number}[/]" : "[grey]idle[/]";

    private string StateOf(OrdersDemoHandler handler) =>
        handler.IsKilled ? "killed" : NumberOf(handler.Customer) is { } number ? string.Create(CultureInfo.InvariantCulture, $"customer {number}") : "idle";

    /// <summary>The number of the customer, from 1; null for none.</summary>
    private int? NumberOf(Guid? customer)
    {
        for (var i = 0; i < customers.Count; i++)
        {
            if (customers[i] == customer)
                return i + 1;
        }
        return null;
    }
}
