using Herald.Lab.Ledgers;
using Xunit;

namespace Herald.Lab.Tests.Ledgers;

public sealed class SequenceSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_agrees_with_a_hash_set_whatever_the_order(int seed)
    {
        var random = new Random(seed);
        var (mine, plain) = (new SequenceSet(), new HashSet<long>());
        var (other, plainOther) = (new SequenceSet(), new HashSet<long>());
        for (var i = 0; i < 3000; i++)
        {
            var sequence = random.NextInt64(1, 400);
            Assert.Equal(plain.Add(sequence), mine.Add(sequence));
            var second = random.NextInt64(200, 1000);
            Assert.Equal(plainOther.Add(second), other.Add(second));

            Assert.Equal(plain.Count, mine.Count);
            Assert.Equal(plain.Max(), mine.Highest);
            var probe = random.NextInt64(1, 400);
            Assert.Equal(plain.Contains(probe), mine.Contains(probe));
            if (i % 100 == 0)
                Assert.Equal(plain.Intersect(plainOther).Count(), mine.CountCommon(other));
        }
        Assert.Equal(plain.Order(), mine.Ranges.SelectMany(range => Numbers(range.First, range.Last)));
    }

    [Fact]
    public void Numbers_in_order_take_one_range_however_many_they_are()
    {
        var set = new SequenceSet();
        for (var sequence = 1; sequence <= 100_000; sequence++)
            set.Add(sequence);
        Assert.Equal((1, 100_000), Assert.Single(set.Ranges));
    }

    private static IEnumerable<long> Numbers(long first, long last)
    {
        for (var number = first; number <= last; number++)
            yield return number;
    }
}
