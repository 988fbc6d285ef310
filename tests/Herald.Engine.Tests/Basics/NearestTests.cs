using Herald.Engine.Basics;
using Xunit;

namespace Herald.Engine.Tests.Basics;

public sealed class NearestTests
{
    [Theory]
    [InlineData("biling", "billing", "billing", "shipping", "bill")]
    [InlineData("BILLING", "billing", "shipping", "billing")]
    [InlineData("order-17-pyments", "order-17-payments", "order-17-refunds", "order-17-payments")]
    [InlineData("orders", "orders", "orders", "order")]
    [InlineData("ab", "abcd", "abcde", "abcd", "abce")]
    [InlineData("billing", null, "orders", "a-name-that-is-much-longer-than-billing")]
    [InlineData("billing", null)]
    [InlineData("", "ab", "abc", "ab")]
    public void The_nearest_name_is_found_unless_all_are_too_different(string given, string? nearest, params string[] known) =>
        Assert.Equal(nearest, Nearest.Of(given, known));

    [Fact]
    public void What_is_skipped_early_is_never_the_nearest()
    {
        var random = new Random(1);
        for (var i = 0; i < 3000; i++)
        {
            string[] known = [.. Enumerable.Range(0, 6).Select(_ => Drawn(random))];
            var given = Drawn(random);
            Assert.Equal(Slowly(given, known), Nearest.Of(given, known));
        }
    }

    private static string Drawn(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => "abA"[random.Next(3)]));

    private static string? Slowly(string given, string[] known) =>
        known.Select(name => (Name: name, Distance: Distance(given.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(one => one.Distance <= Math.Max(2, (given.Length - Shared(given.ToUpperInvariant(), one.Name.ToUpperInvariant())) / 3))
            .OrderBy(one => one.Distance).Select(one => one.Name).FirstOrDefault();

    private static int Shared(string a, string b) => a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();

    private static int Distance(string a, string b) =>
        a.Length == 0 ? b.Length
        : b.Length == 0 ? a.Length
        : Table(a, b)[a.Length, b.Length];

    private static int[,] Table(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                table[i, j] = i == 0 || j == 0 ? i + j
                    : Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            }
        }
        return table;
    }
}
