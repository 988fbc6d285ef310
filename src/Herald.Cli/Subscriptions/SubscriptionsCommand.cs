using System.CommandLine;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Hosting.Commands;

namespace Herald.Cli.Subscriptions;

/// <summary><c>herald subscriptions …</c></summary>
internal static class SubscriptionsCommand
{
    private static readonly Argument<string> Id = new("subscription") { Description = "The subscription's id." };

    public static Command Create() =>
        new ExampleCommand("subscriptions", "Lists, makes, changes and watches subscriptions.", "herald subscriptions put billing --topic orders --endpoint https://example.com/hook")
        {
            List(), Get(), PutSubscription.Create(Id), Delete(), Pause(), Resume(), Replay(), RotateSecret(), Test(), Lag(), BlockedKeys(),
        };

    internal static string Path(ClientCall call) => $"/v1/subscriptions/{HeraldClient.Escape(call.Get(Id))}";

    private static ClientCommand List()
    {
        var topic = new Option<string?>("--topic") { Description = "Only those of this topic.", HelpName = "TOPIC" };
        return new ClientCommand("list", "Lists subscriptions by id.", "herald subscriptions list", "herald subscriptions list --topic orders")
        {
            topic, CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call => call.Terminal.Show(
            await call.Client.GetAsync($"/v1/subscriptions{call.PageQuery(("topic", call.Get(topic)))}", call.Cancel),
            page => call.Terminal.Table(page, "id", "topic", "status", "endpoint")));
    }

    private static ClientCommand Get() =>
        new ClientCommand("get", "Shows a subscription; never its secret.", "herald subscriptions get billing") { Id }
        .Runs(async call => call.Terminal.Show(await call.Client.GetAsync(Path(call), call.Cancel), call.Terminal.Present));

    private static ClientCommand Delete() =>
        new ClientCommand("delete", "Deletes a subscription and what waits for it.", "herald subscriptions delete billing") { Id }
        .Runs(async call => call.Terminal.Show(await call.Client.DeleteAsync(Path(call), call.Cancel), $"Deleted subscription {call.Get(Id)}."));

    private static ClientCommand Pause() =>
        new ClientCommand("pause", "Stops deliveries; what arrives is kept.", "herald subscriptions pause billing") { Id }
        .Runs(async call => call.Terminal.Show(await call.Client.PostAsync(Path(call) + "/pause", null, call.Cancel), $"Paused {call.Get(Id)}."));

    private static ClientCommand Resume() =>
        new ClientCommand("resume", "Goes on after a pause, or after Herald disabled it.", "herald subscriptions resume billing") { Id }
        .Runs(async call => call.Terminal.Show(await call.Client.PostAsync(Path(call) + "/resume", null, call.Cancel), $"Resumed {call.Get(Id)}."));

    private static ClientCommand Replay()
    {
        var from = new Argument<string>("from") { Description = "earliest, a time like 2026-01-31T08:00:00Z, or a sequence." };
        return new ClientCommand(
            "replay", "Delivers again from a point in the past, in order per key.",
            "herald subscriptions replay billing earliest", "herald subscriptions replay billing 2026-01-31T08:00:00Z") { Id, from }
            .Runs(async call => call.Terminal.Show(
                await call.Client.PostAsync(Path(call) + "/replay", new JsonObject { ["from"] = StartPoint.ToJson(call.Get(from)) }, call.Cancel),
                $"{call.Get(Id)} replays from {call.Get(from)}."));
    }

    private static ClientCommand RotateSecret()
    {
        var overlap = Duration.Option("--overlap", "How long the old secret signs as well.", TimeSpan.FromHours(24));
        return new ClientCommand(
            "rotate-secret", "Draws a new signing secret and shows it, this once.", "herald subscriptions rotate-secret billing --overlap 1h") { Id, overlap }
            .Runs(async call => call.Terminal.Show(
                await call.Client.PostAsync(Path(call) + "/rotate-secret", new JsonObject { ["overlap"] = $"{call.Get(overlap)}" }, call.Cancel),
                call.Terminal.Present));
    }

    private static ClientCommand Test() =>
        new ClientCommand("test", "Sends one signed test event to the endpoint and tells how it went.", "herald subscriptions test billing") { Id }
        .Runs(async call => call.Terminal.Show(await call.Client.PostAsync(Path(call) + "/test", null, call.Cancel), call.Terminal.Present));

    private static ClientCommand Lag() =>
        new ClientCommand("lag", "Shows how far behind a subscription is, and why.", "herald subscriptions lag billing") { Id }
        .Runs(async call => call.Terminal.Show(await call.Client.GetAsync(Path(call) + "/lag", call.Cancel), call.Terminal.Present));

    private static ClientCommand BlockedKeys() =>
        new ClientCommand("blocked-keys", "Lists keys that wait because their oldest event failed.", "herald subscriptions blocked-keys billing")
        {
            Id, CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call => call.Terminal.Show(
            await call.Client.GetAsync($"{Path(call)}/blocked-keys{call.PageQuery()}", call.Cancel),
            page => call.Terminal.Table(page, "key", "eventId", "attempts", "nextAttemptAt", "held", "lastReason")));
}
