using Herald.Hosting.Settings;
using Herald.TestKit.Documentation;
using Xunit;

namespace Herald.Cli.Tests.Documentation;

public sealed class SettingsPageTests
{
    private static readonly SettingSet Settings = ModuleList.All.Settings;

    [Fact]
    public Task The_settings_page_is_the_committed_one() =>
        CommittedDocs.AssertDescribedAsync(SettingsPage.Write(Settings), "settings.md", TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("settings.md")]
    [InlineData("kafka.md")]
    [InlineData("nats.md")]
    public async Task The_settings_in_the_pages_are_taken(string page)
    {
        var text = (await CommittedDocs.ReadAsync(page, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        var json = text.Split("```json\n")[1].Split("```")[0];
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);
            var loaded = Settings.Load(new() { File = file });
            Assert.Empty(loaded.Errors);
            Assert.Contains(loaded.Effective(), setting => setting.Name.EndsWith("sources.0.cluster", StringComparison.Ordinal) && setting.Value == "main");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
