using System.Text;
using Herald.Hosting.Settings;
using Herald.Posts.Definitions;
using Herald.Sms.Hosting;
using Herald.TestKit.Documentation;

namespace Herald.Sms.Tests;

/// <summary>The examples of docs/sms.md can be used as they are.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Every_example_is_read()
    {
        using var page = new DocumentedSettings("sms.md");
        var definition = page.All.Single(example => example.ContainsKey("about")).ToJsonString();
        Assert.Empty(DefinitionReader.Read(Encoding.UTF8.GetBytes(definition)).Problems);
        var settings = page.All.Where(example => example.ContainsKey("sms")).ToList();
        Assert.Equal(2, settings.Count);
        foreach (var example in settings)
        {
            var file = page.Write(example, name => name == "gateway.json" ? definition : null, "secret");
            Assert.Empty(new SettingSet(new SmsModule().Sections).Load(new() { File = file }).Errors);
        }
    }

    [Fact]
    public void The_preset_can_be_read_and_names_its_document()
    {
        var (definition, problems) = DefinitionReader.Read(SmsModule.Presets.Load("twilio").Json);
        Assert.Empty(problems);
        Assert.Contains("https://www.twilio.com/docs", definition!.About, StringComparison.Ordinal);
    }
}
