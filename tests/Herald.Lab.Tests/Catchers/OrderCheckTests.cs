using Herald.Lab.Catchers;
using Xunit;

namespace Herald.Lab.Tests.Catchers;

public sealed class OrderCheckTests
{
    private static readonly Guid Order = new(1, 0, 0, new byte[8]);
    private readonly OrderCheck _check = new();

    /// <summary>The numbers in the order of their arrival. Those with <c>!</c> are acknowledged.</summary>
    [Theory]
    [InlineData("0! 1! 2!", "Begins Next Next")]
    [InlineData("5! 6!", "Begins Next")]
    [InlineData("0 0 0! 1!", "Begins Again Again Next")]
    [InlineData("0! 0! 1! 0!", "Begins Duplicate Next Duplicate")]
    [InlineData("0! 2! 3!", "Begins Violation Next")]
    [InlineData("0! 2! 1!", "Begins Violation Duplicate")]
    [InlineData("5! 3! 4! 6!", "Begins Violation Duplicate Next")]
    [InlineData("0! 1 2!", "Begins Next Next")]
    public void First_receipts_must_be_one_after_the_other(string arrivals, string receipts) =>
        Assert.Equal(receipts, string.Join(' ', arrivals.Split(' ').Select(arrival =>
        {
            var number = long.Parse(arrival.TrimEnd('!'), System.Globalization.CultureInfo.InvariantCulture);
            var receipt = _check.Arrive(Order, number);
            if (arrival.EndsWith('!'))
                _check.Acknowledge(Order, number);
            return receipt.ToString();
        })));

    [Fact]
    public void An_acknowledgement_is_the_first_once()
    {
        _check.Arrive(Order, 0);
        Assert.True(_check.Acknowledge(Order, 0));
        Assert.False(_check.Acknowledge(Order, 0));
        _check.Arrive(Order, 1);
        Assert.False(_check.Acknowledge(Order, 0));
        Assert.True(_check.Acknowledge(Order, 1));
    }

    [Fact]
    public void The_first_few_violations_are_told_with_what_was_expected()
    {
        for (var i = 0; i < 2 * OrderCheck.MostTold; i++)
            _check.Arrive(Order, 2 * i);
        Assert.Equal(2 * OrderCheck.MostTold - 1, _check.Violations);
        Assert.Equal(OrderCheck.MostTold, _check.Told.Count);
        Assert.Equal($"order {Order}: expected 1, got 2", _check.Told[0]);
    }

    [Fact]
    public void Orders_that_many_others_have_followed_are_forgotten_and_those_in_use_are_not()
    {
        var check = new OrderCheck(remembered: 10);
        var idle = new Guid(2, 0, 0, new byte[8]);
        check.Arrive(Order, 0);
        check.Arrive(idle, 0);
        for (var i = 0; i < 100; i++)
        {
            check.Arrive(new Guid(100 + i, 0, 0, new byte[8]), 0);
            Assert.Equal(OrderReceipt.Next, check.Arrive(Order, i + 1));
        }
        Assert.Equal(OrderReceipt.Begins, check.Arrive(idle, 7));
    }

    [Fact]
    public void After_somebody_else_had_them_orders_begin_where_they_are()
    {
        _check.Arrive(Order, 0);
        _check.Forget();
        Assert.Equal(OrderReceipt.Begins, _check.Arrive(Order, 9));
        Assert.Equal(0, _check.Violations);
    }
}
