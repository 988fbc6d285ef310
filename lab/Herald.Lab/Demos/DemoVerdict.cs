using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Demos;

/// <summary>The end of a run: the problems of each receiver, five lines that scripts can rely on, and the result in sentences.</summary>
internal static class DemoVerdict
{
    private const int ShownMissing = 5;

    /// <param name="remarks">What else happened in the run, in sentences.</param>
    public static ExitCode Print(
        Terminal terminal, ReceiptLedger ledger, IReadOnlyList<OrderReceiver> receivers, long leastAccepted, IReadOnlyList<string> remarks)
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
        return Print(terminal, all, receivers.Count, refusals == 0, leastAccepted, remarks);
    }

    /// <param name="isWell">Nothing else went wrong. The caller has already printed other problems.</param>
    public static ExitCode Print(
        Terminal terminal, LedgerTotals all, int receivers, bool isWell, long leastAccepted, IReadOnlyList<string> remarks)
    {
        var passed = all is { OutOfOrder: 0, Lost: 0, ChangedIds: 0 } && isWell && all.Accepted >= leastAccepted;
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
                ["passed"] = passed,
            }.ToJsonString());
        }
        else
        {
            terminal.Out.WriteLine($"accepted {all.Accepted}");
            terminal.Out.WriteLine($"delivered {all.Delivered}");
            terminal.Out.WriteLine($"duplicates {all.Duplicates}");
            terminal.Out.WriteLine($"out-of-order {all.OutOfOrder}");
            terminal.Out.WriteLine($"lost {all.Lost}");
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(Sentence(all, receivers, passed));
            foreach (var remark in remarks)
                terminal.Out.WriteLine(remark);
        }
        return passed ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string Sentence(LedgerTotals all, int receivers, bool passed)
    {
        var to = receivers == 1 ? "" : $" to {receivers} receivers";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(passed ? "PASS" : "FAIL")}: {all.Accepted:N0} events{to}, {NoneOr(all.Lost)} lost, {NoneOr(all.OutOfOrder)} out of order, "
                + $"{NoneOr(all.Duplicates)} repeated.");
    }

    private static string NoneOr(long count) => count == 0 ? "none" : count.ToString("N0", CultureInfo.InvariantCulture);
}
