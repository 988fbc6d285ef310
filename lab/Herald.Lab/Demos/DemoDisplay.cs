using System.Globalization;
using Herald.Hosting.Commands;
using Herald.Lab.Displays;
using Herald.Lab.Ledgers;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Herald.Lab.Demos;

/// <summary>Shows a run while it goes on: a live table, or a line per second.</summary>
internal sealed class DemoDisplay(
    ReceiptLedger ledger, IReadOnlyList<OrderReceiver> receivers, DemoPhase phase, IDemoStage stage, Terminal terminal, TimeProvider time)
    : ProgressDisplay(terminal.Out, time)
{
    private const int ColumnWidth = 11;

    // The display must cost the run almost nothing, and a request for the lag reads the saved state of all shards.
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    private IReadOnlyList<(string Name, string State)> _servers = [];
    private long? _askedAt;

    /// <summary>Asks Herald from time to time how many keys are blocked.</summary>
    protected override async ValueTask LookAsync(CancellationToken cancel)
    {
        try
        {
            if (_askedAt is not { } askedAt || Time.GetElapsedTime(askedAt) >= AskEvery)
            {
                _askedAt = Time.GetTimestamp();
                foreach (var receiver in receivers)
                    await receiver.AskLagAsync(stage.Client, cancel);
            }
            _servers = await stage.LookAsync(cancel);
        }
        catch (HttpRequestException)
        {
            // The display does not judge. A failure here is also reported elsewhere, more clearly.
        }
    }

    protected override ValueTask LookAtLastAsync(CancellationToken cancel)
    {
        _askedAt = null;
        return LookAsync(cancel);
    }

    protected override string Line()
    {
        var parts = receivers.Select(receiver =>
        {
            var now = ledger.Now(receiver.Number);
            return string.Create(CultureInfo.InvariantCulture,
                $"{receiver.Name}: delivered {now.Delivered} waiting {now.Lost} retries {receiver.Retries} blocked "
                    + $"{receiver.BlockedKeys ?? 0} p50 {Show(receiver, 0.5)} p95 {Show(receiver, 0.95)} p99 {Show(receiver, 0.99)} "
                    + $"duplicates {now.Duplicates} out-of-order {now.OutOfOrder}");
        });
        return string.Create(CultureInfo.InvariantCulture, $"{phase.Elapsed.TotalSeconds:0}s accepted {ledger.AcceptedCount} | {string.Join(" | ", [.. _servers.Select(server => $"{server.Name}: {server.State}"), .. parts])}");
    }

    /// <summary>One column per receiver, which fits a terminal of 80 columns.</summary>
    protected override IRenderable Table()
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("");
        foreach (var receiver in receivers)
            table.AddColumn(new TableColumn($"[bold]{receiver.Name}[/]").RightAligned().NoWrap().Width(ColumnWidth));
        AddRow("state", (receiver, _) => receiver.Webhooks.IsUp ? "[green]up[/]" : "[red]down[/]");
        AddRow("delivered", (_, now) => $"{now.Delivered:N0}");
        AddRow("waiting", (_, now) => $"{now.Lost:N0}");
        AddRow("retries", (receiver, _) => $"{receiver.Retries:N0}");
        AddRow("blocked keys", (receiver, _) => receiver.BlockedKeys is { } blocked ? $"{blocked:N0}" : "-");
        AddRow("latency p50", (receiver, _) => Show(receiver, 0.5));
        AddRow("latency p95", (receiver, _) => Show(receiver, 0.95));
        AddRow("latency p99", (receiver, _) => Show(receiver, 0.99));
        AddRow("duplicates", (_, now) => $"{now.Duplicates:N0}");
        AddRow("out of order", (_, now) => Wanted(now.OutOfOrder));
        // Until the drain is over, missing events can still come.
        AddRow("lost", (_, now) => phase.IsOver ? Wanted(now.Lost) : "-");
        List<Spectre.Console.Rendering.IRenderable> rows = [new Text($"Herald demo: {phase}"), new Text($"accepted {ledger.AcceptedCount:N0}")];
        if (_servers.Count > 0)
            rows.Add(new Text(string.Join("   ", _servers.Select(server => $"{server.Name}: {server.State}"))));
        return new Rows([.. rows, table]);

        void AddRow(string title, Func<OrderReceiver, LedgerTotals, string> cell) =>
            table.AddRow([title, .. receivers.Select(receiver => cell(receiver, ledger.Now(receiver.Number)))]);
    }

    /// <summary>A count that should be 0.</summary>
    private static string Wanted(long count) => count == 0 ? "[green]0[/]" : $"[red]{count:N0}[/]";

    private static string Show(OrderReceiver receiver, double share) => receiver.Latency.Percentile(share) switch
    {
        null => "-",
        { TotalMilliseconds: < 10 } latency => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalMilliseconds:0.0}ms"),
        { TotalSeconds: < 1 } latency => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalMilliseconds:0}ms"),
        { } latency => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalSeconds:0.0}s"),
    };
}
