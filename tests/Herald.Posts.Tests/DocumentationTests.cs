using System.Text;
using Herald.Hosting.Settings;
using Herald.Posts.Definitions;
using Herald.Posts.Hosting;
using Herald.TestKit.Documentation;

namespace Herald.Posts.Tests;

/// <summary>The examples of docs/posts.md can be used as they are.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Every_example_is_read()
    {
        using var page = new DocumentedSettings("posts.md");
        var definition = page.All.Single(example => example.ContainsKey("about")).ToJsonString();
        Assert.Empty(DefinitionReader.Read(Encoding.UTF8.GetBytes(definition)).Problems);
        var settings = page.All.Where(example => example.ContainsKey("posts")).ToList();
        Assert.Equal(3, settings.Count);
        foreach (var example in settings)
        {
            var file = page.Write(
                example,
                name => name == "tickets.json" ? definition
                    : name.EndsWith("-url", StringComparison.Ordinal) ? "https://x.test/y" : null,
                "secret");
            Assert.Empty(new SettingSet(new PostsModule().Sections).Load(new() { File = file }).Errors);
        }
        var all = string.Concat(settings.Select(example => example.ToJsonString()));
        Assert.All(Presets.Posts.Names, preset => Assert.Contains($"\"{preset}\"", all, StringComparison.Ordinal));
    }

    /// <summary>The page names each preset with each of its values that has no default.</summary>
    [Fact]
    public void The_table_of_presets_is_complete()
    {
        var rows = File.ReadLines(TestKit.SourceTree.File("docs/posts.md")).ToList();
        foreach (var preset in Presets.Posts.Names)
        {
            var row = Assert.Single(rows, row => row.StartsWith($"| `{preset}` |", StringComparison.Ordinal));
            var definition = DefinitionReader.Read(Presets.Posts.Load(preset).Json).Definition!;
            Assert.All(
                definition.Parameters.Where(parameter => parameter.Name != "server"),
                parameter => Assert.Contains($"`{parameter.Name}`", row, StringComparison.Ordinal));
            Assert.Equal(definition.To is null, row.Contains("| none |", StringComparison.Ordinal));
            Assert.Equal(definition.DropsRepeats, row.Contains("dropped by", StringComparison.Ordinal));
        }
    }
}
