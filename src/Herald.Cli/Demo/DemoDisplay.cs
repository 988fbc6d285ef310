using System.Globalization;
using Herald.Cli.Api;
using Herald.Cli.CommandLine;
using Herald.Cli.Verifying;
using Spectre.Console;

namespace Herald.Cli.Demo;

/// <summary>Shows a run while it goes: a live table, or a line a second.</summary>
internal sealed class DemoDisplay(
    ReceiptLedger ledger, IReadOnlyList<OrderReceiver> receivers, DemoPhase phase, HeraldClient client, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FrameEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Ends when cancelled, without an exception and with the last numbers shown.</summary>
    public Task RunAsync(DemoOptions options, CancellationToken cancel)
    {
        if (options.Json)
            return Task.CompletedTask;
        return options.Plain ? PrintLinesAsync(cancel) : ShowTableAsync(cancel);
    }

    private async Task PrintLinesAsync(CancellationToken cancel)
    {
        while (await WaitAsync(LineEvery, cancel))
            terminal.Out.WriteLine(Line());
    }

    private Task ShowTableAsync(CancellationToken cancel) =>
        AnsiConsole.Live(Table()).AutoClear(false).StartAsync(async context =>
        {
            while (await WaitAsync(FrameEvery, cancel))
                context.UpdateTarget(Table());
            context.UpdateTarget(Table());
        });

    /// <summary>Waits, and asks Herald how many keys are blocked; false when it is time to end.</summary>
    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(wait, time, cancel);
            foreach (var receiver in receivers)
                await receiver.AskLagAsync(client, cancel);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (HttpRequestException)
        {
            // The display is no judge: what fails here fails elsewhere, louder.
            return true;
        }
    }

    private string Line()
    {
        var parts = receivers.Select(receiver =>
        {
            var now = ledger.Now(receiver.Number);
            return string.Create(CultureInfo.InvariantCulture,
                $"{receiver.Name}: delivered {now.Delivered} waiting {now.Lost} retries {receiver.Retries} blocked {receiver.BlockedKeys ?? 0} p50 {Show(receiver, 0.5)} p95 {Show(receiver, 0.95)} p99 {Show(receiver, 0.99)} duplicates {now.Duplicates} out-of-order {now.OutOfOrder}");
        });
        return string.Create(CultureInfo.InvariantCulture, $"{phase.Elapsed.TotalSeconds:0}s accepted {ledger.AcceptedCount} | {string.Join(" | ", parts)}");
    }

    private Rows Table()
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (var (title, number) in ((string, bool)[])
            [("receiver", false), ("state", false), ("delivered", true), ("waiting", true), ("retries", true), ("blocked keys", true),
             ("p50", true), ("p95", true), ("p99", true), ("duplicates", true), ("out of order", true), ("lost", true)])
            table.AddColumn(number ? new TableColumn(title).RightAligned() : new TableColumn(title));
        foreach (var receiver in receivers)
        {
            var now = ledger.Now(receiver.Number);
            table.AddRow(
                receiver.Name, receiver.Webhooks.IsUp ? "[green]up[/]" : "[red]down[/]", $"{now.Delivered:N0}", $"{now.Lost:N0}", $"{receiver.Retries:N0}",
                receiver.BlockedKeys is { } blocked ? $"{blocked:N0}" : "-",
                Show(receiver, 0.5), Show(receiver, 0.95), Show(receiver, 0.99),
                $"{now.Duplicates:N0}", Wanted(now.OutOfOrder),
                // Until the drain is over, what is missing may still come.
                phase.IsOver ? Wanted(now.Lost) : "-");
        }
        return new Rows(new Text($"Herald demo: {phase}"), new Text($"accepted {ledger.AcceptedCount:N0}"), table);
    }

    /// <summary>A number that should be 0.</summary>
    private static string Wanted(long count) => count == 0 ? "[green]0[/]" : $"[red]{count:N0}[/]";

    private static string Show(OrderReceiver receiver, double share) => receiver.Latency.Percentile(share) switch
    {
        null => "-",
        { TotalMilliseconds: < 10 } latency => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalMilliseconds:0.0}ms"),
        { TotalSeconds: < 1 } latency => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalMilliseconds:0}ms"),
        { } latency => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalSeconds:0.0}s"),
    };
}
