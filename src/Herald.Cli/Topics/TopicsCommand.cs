using System.CommandLine;
using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Hosting.Commands.Tables;

namespace Herald.Cli.Topics;

/// <summary><c>herald topics …</c></summary>
internal static class TopicsCommand
{
    private static readonly Argument<string> Name = new("topic") { Description = "The name of the topic." };

    public static Command Create() => new ExampleCommand("topics", "Lists, creates and deletes topics.", "herald topics create orders")
    {
        List(), CreateOne(), Get(), Delete(),
    };

    private static ClientCommand List()
    {
        var labels = LabelOption.Create("Only topics with this label.");
        return new ClientCommand(
            "list", "Lists topics by name.", "herald topics list", "herald topics list --label team=billing --json --limit 1000")
        {
            labels, CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call => await call.ShowAsync(
            await call.Client.Topics.ListAsync(call.Get(labels) ?? [], call.Page, call.Cancel),
            page => call.Terminal.Table(
                page, TableColumn.Id("TOPIC", "name"), TableColumn.Text("LABELS", "labels"), TableColumn.Age("CREATED", "createdAt"))));
    }

    private static ClientCommand CreateOne()
    {
        var labels = LabelOption.Create("A label of the topic. The labels replace those of a topic that exists already.");
        return new ClientCommand(
            "create", "Creates a topic. It succeeds if the topic exists already.",
            "herald topics create orders", "herald topics create orders --label team=billing") { Name, labels }
            .Runs(async call => await call.ShowAsync(
                call.Get(labels) is { Count: > 0 } given
                    ? await call.Client.Topics.PutAsync(call.Get(Name), new TopicDefinition { Labels = given }, cancel: call.Cancel)
                    : await call.Client.Topics.PutAsync(call.Get(Name), cancel: call.Cancel),
                call.Terminal.Present));
    }

    private static ClientCommand Get() =>
        new ClientCommand("get", "Shows a topic.", "herald topics get orders") { Name }
        .Runs(async call => await call.ShowAsync(await call.Client.Topics.GetAsync(call.Get(Name), call.Cancel), call.Terminal.Present));

    private static ClientCommand Delete()
    {
        var force = new Option<bool>("--force") { Description = "Delete the topic with its subscriptions." };
        return new ClientCommand("delete", "Deletes a topic.", "herald topics delete orders", "herald topics delete orders --force") { Name, force }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Topics.DeleteAsync(call.Get(Name), call.Get(force), cancel: call.Cancel),
                $"Deleted topic {call.Get(Name)}."));
    }
}
