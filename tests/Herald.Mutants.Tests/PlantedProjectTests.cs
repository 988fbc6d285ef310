using Xunit;

namespace Herald.Mutants.Tests;

public sealed class PlantedProjectTests
{
    [Theory]
    [InlineData("public static int Run(int a) { if (a == 3) return 1; return 2; }", "a == 3 → !(a == 3)", 3, 1, 2)]
    [InlineData("public static int Run(int a) => a < 3 ? 1 : 2;", "a < 3 → a <= 3", 3, 2, 1)]
    [InlineData("public static int Run(int a) => a >= 3 ? 1 : 2;", "a >= 3 → a > 3", 3, 1, 2)]
    [InlineData("public static bool Run(int a) => a > 1 && a > 5;", "a > 1 && a > 5 → a > 1 || a > 5", 3, false, true)]
    [InlineData("public static int Run(int a) => a + 1;", "a + 1 → a - 1", 3, 4, 2)]
    [InlineData("public static int Run(int a) { a -= 1; return a; }", "a -= 1; → a += 1;", 3, 2, 4)]
    [InlineData("public static int Run(int a) { a++; return a; }", "a++; → a--;", 3, 4, 2)]
    [InlineData("public static bool Run(int a) { return true; }", "true → false", 3, true, false)]
    [InlineData("public static int Run(int a) { var all = new List<int>(); all.Add(a); return all.Count; }", "all.Add(a); → ", 3, 1, 0)]
    [InlineData("public static int Run(int a) { var all = new List<int>(); if (a == 0) all.Add(a); else all.Add(7); return all.Count; }", "all.Add(7); → ", 3, 1, 0)]
    [InlineData("public static int Run(int a) { string s = a > 0 ? \"abc\" : null; return s?.Length ?? -1; }", "s?.Length → null?.Length", 3, 3, -1)]
    [InlineData("public static string Run(int a) { string s = $\"{a}\"; return s ?? \"none\"; }", "s ?? \"none\" → null ?? \"none\"", 3, "3", "none")]
    [InlineData("public static int Run(int a) { object o = a; return o is int i && i > 2 ? i : 0; }", "o is int i → false", 3, 3, 0)]
    [InlineData("public static int Run(int a) { object o = a; if (o is not int i) return 0; return i; }", "o is not int i → true", 3, 3, 0)]
    [InlineData("public static int Run(int a) => new Dictionary<int, int> { [3] = 4 }.TryGetValue(a, out var found) ? found : -1;", "new Dictionary<int, int> { [3] = 4 }.TryGetValue(a, out var found) → !(new Dictionary<int, int> { [3] = 4 }.TryGetValue(a, out var found))", 3, 4, -1)]
    [InlineData("public static int Run(int a) => new[] { 1, 5 }.Count(x => x > a);", "x > a → !(x > a)", 3, 1, 1)]
    [InlineData("public static string Run(int a) => $\"{(a > 2 ? 1 : 2)}\";", "a > 2 → !(a > 2)", 3, "1", "2")]
    public void A_mutant_changes_its_place_when_it_is_on_and_nothing_otherwise(string code, string change, int given, object asItIs, object changed)
    {
        using var source = new PlantedSource(code);
        Assert.Equal(asItIs, source.Run(null, given));
        Assert.Equal(changed, source.Run(change, given));
        Assert.All(source.Changes.Where(other => other != change), other => source.Run(other, given));
    }

    [Theory]
    [InlineData("[Obsolete(\"a\" + \"b\")] public static void Run() { }")]
    [InlineData("public static void Run(int a = 3 + 4) { }")]
    [InlineData("public const int Size = 4 + 5; public static string Run() => nameof(Size);")]
    [InlineData("public enum Kinds { One = 1 + 1 } public static int Run(int a) { switch (a) { case 2 + 3: return 1; default: return 2; } }")]
    [InlineData("public static string Run(string a) => a + \"b\";")]
    [InlineData("public static void Run(string a) => ArgumentNullException.ThrowIfNull(a);")]
    public void What_must_be_constant_has_no_mutants_and_texts_are_not_subtracted(string code)
    {
        using var source = new PlantedSource(code);
        Assert.Empty(source.Found);
    }

    [Fact]
    public void What_does_not_compile_is_left_out_and_its_neighbours_stay()
    {
        // Without the call, the variable would have no value, and the code would not compile.
        using var source = new PlantedSource("public static int Run(int a) { int found; Find(out found); return found + a; } static void Find(out int found) => found = 2;");
        Assert.Contains("Find(out found); → ", source.Found.Select(mutant => $"{mutant.Before} → {mutant.After}"));
        Assert.Equal(["found + a → found - a"], source.Changes);
        Assert.Equal(1, source.LeftOut);
        Assert.Equal(-1, source.Run("found + a → found - a", 3));
    }

    [Fact]
    public void The_same_change_in_one_member_is_told_apart_by_its_place()
    {
        using var source = new PlantedSource("public static int Run(int a)\n{\n    a++;\n    a++;\n    return a;\n}");
        Assert.Equal([(6, 1), (7, 2)], source.Found.Select(mutant => (mutant.Line, mutant.Nth)));
        Assert.All(source.Found, mutant => Assert.Equal(("Code.Run", Path.Combine("src", "Code.cs")), (mutant.Member, mutant.File)));
    }

    [Fact]
    public void Conditions_that_are_put_together_are_turned_in_their_parts()
    {
        using var source = new PlantedSource("public static bool Run(bool a, bool b, bool c) => !(a || b) && c;");
        Assert.Equal(
            ["!(a || b) && c → !(a || b) || c", "a || b → a && b", "a → !(a)", "b → !(b)", "c → !(c)"],
            source.Changes.Order(StringComparer.Ordinal));
    }
}
