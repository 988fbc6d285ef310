using Herald.Mutants.Sites;
using Xunit;

namespace Herald.Mutants.Tests;

public sealed class DrawingTests
{
    [Fact]
    public void Who_is_drawn_does_not_depend_on_numbers_and_fewer_are_the_first_of_more()
    {
        var mutants = Enumerable.Range(1, 50).Select(number => Of(number, $"a{number} < b")).ToList();
        var drawn = Drawing.Draw(mutants, seed: 1, count: 20).Select(mutant => mutant.Before).ToList();
        Assert.Equal(20, drawn.Distinct().Count());
        Assert.NotEqual([.. mutants.Take(20).Select(mutant => mutant.Before)], drawn);
        Assert.Equal(drawn, Drawing.Draw([.. mutants.Select(mutant => mutant with { Number = mutant.Number + 7 }).Reverse()], 1, 20).Select(mutant => mutant.Before));
        Assert.Equal(drawn.Take(5), Drawing.Draw(mutants, 1, 5).Select(mutant => mutant.Before));
        Assert.NotEqual(drawn, Drawing.Draw(mutants, 2, 20).Select(mutant => mutant.Before));
    }

    private static Mutant Of(int number, string before) => new(number, "Herald.Engine", "src/Code.cs", number, "Code.Run", MutantKind.Bound, before, "", 1);
}
