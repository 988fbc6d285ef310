using Herald.TestKit;
using Xunit;

namespace Herald.Layout.Tests;

public sealed class FloorsTests
{
    private static readonly string Folder = SourceTree.File("src/Herald.Engine");

    [Fact]
    public void The_engines_folders_use_only_what_is_below_them()
    {
        var used = new UsedFolders(Floors.Engine.Project, Sources());
        Assert.Empty(used.Unknown());
        var all = used.All().ToList();
        Assert.True(all.Count > 1000, $"Only {all.Count} uses were found.");
        var wrong = all.Where(use => !Floors.Engine.MayUse(use.From, use.To)).Select(use => use.ToString()).Distinct().ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_folder_of_the_engine_is_on_a_floor() =>
        Assert.All(Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)).Except(["obj", "bin"]), name => Assert.True(Floors.Engine.Knows(name), name));

    [Fact]
    public void No_floor_is_more_than_a_third_of_the_engine()
    {
        var lines = Sources().GroupBy(source => source.Key.Contains('/', StringComparison.Ordinal) ? source.Key.Split('/')[0] : Floors.Top)
            .ToDictionary(folder => folder.Key, folder => folder.Sum(source => source.Value.Count(c => c == '\n')));
        var whole = lines.Values.Sum();
        Assert.All(Floors.Engine.FromTheGround, floor =>
        {
            var share = floor.Sum(folder => lines.GetValueOrDefault(folder));
            Assert.True(3 * share <= whole, $"{string.Join(", ", floor)}: {share} of {whole} lines.");
        });
    }

    [Theory]
    [InlineData("using Sample.Upper; namespace Sample.Lower; class A { B? b; }")]
    [InlineData("namespace Sample.Lower; class A { Sample.Upper.B? b; }")]
    [InlineData("using B = Sample.Upper.B; namespace Sample.Lower; class A { void M(object o) { if (o is B) { } } }")]
    [InlineData("namespace Sample.Lower; class A { object M() => Sample.Upper.B.Make().Twin; }")]
    [InlineData("using static Sample.Upper.B; namespace Sample.Lower; class A { object M() => Make(); }")]
    public void A_use_of_a_higher_floor_is_found_however_it_is_written(string code)
    {
        var floors = new Floors("Sample", [["Lower"], ["Upper"]]);
        var used = new UsedFolders("Sample", new Dictionary<string, string>
        {
            ["A.cs"] = code,
            ["B.cs"] = "namespace Sample.Upper; public class B { public B Twin => this; public static B Make() => new(); }",
        });
        Assert.Contains(used.All(), use => use is { From: "Lower", To: "Upper", File: "A.cs" } && !floors.MayUse(use.From, use.To));
        Assert.DoesNotContain(used.All(), use => use.File == "B.cs");
    }

    [Fact]
    public void On_one_floor_only_the_folder_to_the_right_uses_the_other()
    {
        var floors = new Floors("Sample", [["Left", "Right"]]);
        Assert.True(floors.MayUse("Right", "Left"));
        Assert.False(floors.MayUse("Left", "Right"));
        Assert.True(floors.MayUse(Floors.Top, "Right"));
        Assert.False(floors.MayUse("Left", Floors.Top));
    }

    /// <summary>The sources by their path from the engine's folder.</summary>
    private static Dictionary<string, string> Sources() => Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
        .Select(path => (Path: path, Name: Path.GetRelativePath(Folder, path).Replace('\\', '/')))
        .Where(file => !file.Name.StartsWith("obj/", StringComparison.Ordinal) && !file.Name.StartsWith("bin/", StringComparison.Ordinal))
        .ToDictionary(file => file.Name, file => File.ReadAllText(file.Path));
}
