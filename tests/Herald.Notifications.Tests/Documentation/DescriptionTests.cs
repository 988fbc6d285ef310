using System.Text.Json.Nodes;
using Herald.Email.Hosting;
using Herald.Journal.Hosting;
using Herald.Notifications.Doors;
using Herald.Notifications.Hosting;
using Herald.Notifications.Tests.Running;
using Herald.Outbound.Hosting;
using Herald.Server;
using Herald.TestKit.Documentation;

namespace Herald.Notifications.Tests.Documentation;

/// <summary>The committed description in docs/ matches what the application does.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task The_description_is_the_committed_one()
    {
        await using var server = await NotificationsServer.StartAsync();
        var described = (await server.GetAsync("/openapi.json")).Is(200).Json;
        await CommittedDocs.AssertDescribedAsync(
            ApplicationDescription.Of(described, "/v1/notifications", "/v1/recipients", "/v1/suppressions"), "openapi-notifications.json",
            NotificationsServer.Cancel);
    }

    [Fact]
    public async Task The_examples_work()
    {
        await using var server = await NotificationsServer.StartAsync();
        var examples = ApiExample.ReadAll(await CommittedDocs.ReadAsync("notifications.md", NotificationsServer.Cancel)).ToList();
        Assert.True(examples.Count >= 6);
        foreach (var example in examples)
        {
            var answer = await server.SendAsync(
                new HttpMethod(example.Method), example.Path, example.Body.Length > 0 ? example.Body : null, example.ContentType);
            Assert.True((int)answer.Status == example.Status, $"{example.Method} {example.Path} answered {(int)answer.Status}: {answer.Text}");
            ExampleAnswer.AssertLike(JsonNode.Parse(example.Answer), answer.Json, $"{example.Method} {example.Path}");
        }
    }

    [Fact]
    public async Task All_codes_are_listed()
    {
        var text = await CommittedDocs.ReadAsync("notifications.md", NotificationsServer.Cancel);
        foreach (var kind in NotificationsProblem.All)
            Assert.Contains($"| `{kind.Code}` | {kind.Status} |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_of_the_page_can_be_loaded()
    {
        using var settings = new DocumentedSettings("notifications.md");
        var file = settings.Write(settings.All[0], _ => null, "secret");
        var modules = new ModuleSet(new JournalModule(), new OutboundModule(), new EmailModule(), new NotificationsModule());
        var loaded = modules.Settings.Load(new() { File = file });
        Assert.Empty(loaded.Errors);
        Assert.Equal(new("email://main"), loaded.Options.Get<NotificationsOptions>().Destinations["email"].Endpoint);
    }
}
