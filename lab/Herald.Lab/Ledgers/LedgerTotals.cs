using System.Globalization;

namespace Herald.Lab.Ledgers;

/// <param name="Accepted">Events that Herald has confirmed to the publisher.</param>
/// <param name="Delivered">Distinct (receiver, event) pairs.</param>
/// <param name="Duplicates">Repeated receipts of the same event.</param>
/// <param name="OutOfOrder">Events that were first received after a later one of their key.</param>
/// <param name="Lost">Accepted × receivers − delivered.</param>
/// <param name="ChangedIds">Repeats that carried another webhook id than the first receipt.</param>
public sealed record LedgerTotals(long Accepted, long Delivered, long Duplicates, long OutOfOrder, long Lost, long ChangedIds)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Accepted:N0} accepted, {Delivered:N0} delivered, {Duplicates:N0} repeats, {OutOfOrder:N0} out of order, "
            + $"{Lost:N0} lost, {ChangedIds:N0} under another id");
}
