using System.Text;
using Herald.Journal.Hosting;
using Herald.Messages.Reading;
using Herald.Outbound.Hosting;
using Herald.Push.Hosting;
using Herald.Server;
using Herald.TestKit.Documentation;

namespace Herald.Push.Tests.Documentation;

/// <summary>The examples in docs/push.md.</summary>
public sealed class PageTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_settings_on_the_page_are_taken()
    {
        var file = _folder.Write("herald.json", (await BlocksAsync())[0]);

        var loaded = new ModuleSet(new JournalModule(), new OutboundModule(), new PushModule()).Settings.Load(new() { File = file });

        Assert.Empty(loaded.Errors);
        string[] named = ["webpush.providers.main.keyFile", "fcm.providers.main.accountFile", "apns.providers.development.url"];
        Assert.All(named, name => Assert.Contains(loaded.Effective(), setting => setting.Name == name));
    }

    [Fact]
    public async Task The_message_on_the_page_is_one()
    {
        var reading = MessageReader.Read(Encoding.UTF8.GetBytes((await BlocksAsync())[1]), "id");

        Assert.Null(reading.Problem);
        Assert.Equal(("Your parcel", "parcels", "17"), (reading.Message!.Subject, reading.Message.Category, reading.Message.Data["order"]));
        Assert.Null(Push.Fcm.DeviceToken.Refuse(reading.Message.To!));
    }

    private static async Task<string[]> BlocksAsync()
    {
        var page = (await CommittedDocs.ReadAsync("push.md", TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        var blocks = page.Split("\n```json\n")[1..].Select(rest => rest.Split("\n```")[0]).ToArray();
        Assert.Equal(2, blocks.Length);
        return blocks;
    }
}
