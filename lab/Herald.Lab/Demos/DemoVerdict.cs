using System.Text.Json.Nodes;
using Herald.Hosting.Commands;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Demos;

/// <summary>The end of a run: the problems of each receiver, and then five lines that scripts can rely on.</summary>
internal static class DemoVerdict
{
    private const int ShownMissing = 5;

    public static ExitCode Print(Terminal terminal, ReceiptLedger ledger, IReadOnlyList<OrderReceiver> receivers, long leastAccepted)
    {
        var all = ledger.Judge();
        var refusals = receivers.Sum(receiver => receiver.Webhooks.Refusals);
        foreach (var receiver in receivers)
        {
            var one = ledger.Judge(receiver.Number);
            if (one.Lost > 0)
                terminal.Error.WriteLine(
                    $"{receiver.Name} has not received {one.Lost} events, among them "
                        + $"{string.Join(", ", ledger.Missing(receiver.Number, ShownMissing).Select(missing => $"{missing.Key} #{missing.Sequence}"))}.");
            if (receiver.Webhooks.LastRefusal is { } refusal)
                terminal.Error.WriteLine($"{receiver.Name} refused {receiver.Webhooks.Refusals} requests: {refusal}.");
        }
        return Print(terminal, all, refusals == 0, leastAccepted);
    }

    /// <param name="isWell">Nothing else went wrong. The caller has already printed other problems.</param>
    public static ExitCode Print(Terminal terminal, LedgerTotals all, bool isWell, long leastAccepted)
    {
        if (all.ChangedIds > 0)
            terminal.Error.WriteLine($"{all.ChangedIds} repeats had a different webhook-id than the first delivery.");
        if (all.Accepted < leastAccepted)
            terminal.Error.WriteLine($"Only {all.Accepted} events were accepted. The result counts from {leastAccepted} events on.");

        if (terminal.Json)
        {
            terminal.Out.WriteLine(new JsonObject
            {
                ["accepted"] = all.Accepted,
                ["delivered"] = all.Delivered,
                ["duplicates"] = all.Duplicates,
                ["outOfOrder"] = all.OutOfOrder,
                ["lost"] = all.Lost,
            }.ToJsonString());
        }
        else
        {
            terminal.Out.WriteLine($"accepted {all.Accepted}");
            terminal.Out.WriteLine($"delivered {all.Delivered}");
            terminal.Out.WriteLine($"duplicates {all.Duplicates}");
            terminal.Out.WriteLine($"out-of-order {all.OutOfOrder}");
            terminal.Out.WriteLine($"lost {all.Lost}");
        }
        return all is { OutOfOrder: 0, Lost: 0, ChangedIds: 0 } && isWell && all.Accepted >= leastAccepted ? ExitCode.Ok : ExitCode.Failed;
    }
}
