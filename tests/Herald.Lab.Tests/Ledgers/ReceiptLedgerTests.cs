using Herald.Lab.Ledgers;
using Xunit;

namespace Herald.Lab.Tests.Ledgers;

public sealed class ReceiptLedgerTests
{
    private readonly ReceiptLedger _ledger = new(receivers: 2);

    [Fact]
    public void A_clean_run_has_nothing_to_tell()
    {
        Accept("a", 1, 2, 3);
        Accept("b", 1);
        foreach (var receiver in (int[])[0, 1])
        {
            Receive(receiver, "a", 1, 2, 3);
            Receive(receiver, "b", 1);
        }
        Assert.Equal(new LedgerTotals(4, 8, 0, 0, 0, 0), _ledger.Judge());
    }

    [Fact]
    public void What_one_receiver_has_not_seen_is_lost_to_it_alone()
    {
        Accept("a", 1, 2, 3);
        Receive(0, "a", 1, 2, 3);
        Receive(1, "a", 1);
        Assert.Equal(0, _ledger.Judge(0).Lost);
        Assert.Equal(2, _ledger.Judge(1).Lost);
        Assert.Equal(2, _ledger.Judge().Lost);
        Assert.Equal([("a", 2), ("a", 3)], _ledger.Missing(1, 10));
        Assert.Equal([("a", 2)], _ledger.Missing(1, 1));
        Assert.Empty(_ledger.Missing(0, 10));
    }

    [Fact]
    public void A_key_that_never_arrived_is_lost_whole()
    {
        Accept("a", 1);
        Accept("b", 1, 2);
        Receive(0, "a", 1);
        Assert.Equal(2, _ledger.Judge(0).Lost);
        Assert.Equal([("b", 1), ("b", 2)], _ledger.Missing(0, 10));
    }

    [Fact]
    public void A_first_receipt_after_a_later_one_of_its_key_is_out_of_order()
    {
        Accept("a", 1, 2, 3);
        Assert.Equal(Receipt.First, _ledger.Received(0, "a", 1, "id1"));
        Assert.Equal(Receipt.First, _ledger.Received(0, "a", 3, "id3"));
        Assert.Equal(Receipt.OutOfOrder, _ledger.Received(0, "a", 2, "id2"));
        Assert.Equal(1, _ledger.Judge(0).OutOfOrder);
        Assert.Equal(0, _ledger.Judge(0).Lost);
    }

    [Fact]
    public void Keys_do_not_order_each_other()
    {
        Receive(0, "a", 5);
        Assert.Equal(Receipt.First, _ledger.Received(0, "b", 1, "id"));
        Assert.Equal(Receipt.First, _ledger.Received(1, "a", 1, "id"));
    }

    [Fact]
    public void A_repeat_is_a_duplicate_and_never_out_of_order()
    {
        Accept("a", 1, 2);
        Receive(0, "a", 1, 2);
        Assert.Equal(Receipt.Duplicate, _ledger.Received(0, "a", 1, "a-1"));
        var verdict = _ledger.Judge(0);
        Assert.Equal((2, 1, 0, 0), (verdict.Delivered, verdict.Duplicates, verdict.OutOfOrder, verdict.ChangedIds));
    }

    [Fact]
    public void A_repeat_under_another_webhook_id_is_told()
    {
        Receive(0, "a", 1);
        _ledger.Received(0, "a", 1, "another");
        Assert.Equal(1, _ledger.Judge(0).ChangedIds);
    }

    [Fact]
    public void What_was_received_but_never_accepted_makes_up_for_nothing()
    {
        Accept("a", 1, 2);
        Receive(0, "a", 1, 3);
        Assert.Equal(1, _ledger.Judge(0).Delivered);
        Assert.Equal(1, _ledger.Judge(0).Lost);
    }

    [Fact]
    public void Accepting_twice_counts_once()
    {
        Accept("a", 1);
        Accept("a", 1);
        Assert.Equal(1, _ledger.AcceptedCount);
    }

    [Fact]
    public void Receipts_may_come_from_many_threads()
    {
        const int Keys = 64, Each = 500;
        Parallel.For(0, Keys, key =>
        {
            for (var sequence = 1; sequence <= Each; sequence++)
            {
                _ledger.Accepted($"{key}", sequence);
                _ledger.Received(0, $"{key}", sequence, $"{key}-{sequence}");
                _ledger.Received(1, $"{key}", sequence, $"{key}-{sequence}");
            }
        });
        Assert.Equal(new LedgerTotals(Keys * Each, 2 * Keys * Each, 0, 0, 0, 0), _ledger.Judge());
    }

    [Fact]
    public void Only_the_latest_webhook_ids_are_remembered()
    {
        for (var sequence = 1; sequence <= ReceiptLedger.RememberedIds + 1; sequence++)
            _ledger.Received(0, "a", sequence, "same");
        _ledger.Received(0, "a", 1, "another");
        Assert.Equal(0, _ledger.Judge(0).ChangedIds);
        _ledger.Received(0, "a", 2, "another");
        Assert.Equal(1, _ledger.Judge(0).ChangedIds);
    }

    private void Accept(string key, params long[] sequences)
    {
        foreach (var sequence in sequences)
            _ledger.Accepted(key, sequence);
    }

    private void Receive(int receiver, string key, params long[] sequences)
    {
        foreach (var sequence in sequences)
            _ledger.Received(receiver, key, sequence, $"{key}-{sequence}");
    }
}
