using System.CommandLine;
using Herald.Client;
using Herald.Engine.Basics;
using Herald.Hosting.Commands;
using Herald.Hosting.Commands.Tables;

namespace Herald.Cli.Subscriptions;

/// <summary><c>herald subscriptions …</c></summary>
internal static class SubscriptionsCommand
{
    private const string SequencePrefix = "sequence:";
    private static readonly Argument<string> Id = new("subscription") { Description = "The id of the subscription." };

    public static Command Create(TimeProvider time) =>
        new ExampleCommand("subscriptions", "Lists, creates, changes and inspects subscriptions.",
            "herald subscriptions put billing --topic orders --endpoint https://example.com/hook")
        {
            List(), Get(), PutSubscription.Create(Id), SetSubscription.Create(Id),
            DeleteSubscription.Create(Id, time), Pause(), Resume(), Replay(time), Secret(), RotateSecret(), Test(), Lag(time),
            BlockedKeys(), ReleaseKey.Create(Id, discards: false), ReleaseKey.Create(Id, discards: true),
        };

    private static ClientCommand List()
    {
        var topic = new Option<string?>("--topic") { Description = "Only the subscriptions of this topic.", HelpName = "TOPIC" };
        var labels = LabelOption.Create("Only subscriptions with this label.");
        return new ClientCommand(
            "list", "Lists subscriptions by id.",
            "herald subscriptions list", "herald subscriptions list --topic orders --label team=billing")
        {
            topic, labels, CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call => await call.ShowAsync(
            await call.Client.Subscriptions.ListAsync(call.Get(topic), call.Get(labels) ?? [], call.Page, call.Cancel),
            page => call.Terminal.Table(
                page, TableColumn.Id("SUBSCRIPTION", "id"), TableColumn.Text("TOPIC", "topic"), TableColumn.State("STATUS", "status"),
                TableColumn.Text("ENDPOINT", "endpoint"))));
    }

    private static ClientCommand Get() =>
        new ClientCommand("get", "Shows a subscription, without its secret.", "herald subscriptions get billing") { Id }
        .Runs(async call => await call.ShowAsync(
            await call.Client.Subscriptions.GetAsync(call.Get(Id), call.Cancel), call.Terminal.Present));

    private static ClientCommand Pause() =>
        new ClientCommand("pause", "Stops the deliveries of a subscription. New events are kept for it.", "herald subscriptions pause billing") { Id }
        .Runs(async call => await call.ShowAsync(
            await call.Client.Subscriptions.PauseAsync(call.Get(Id), call.Cancel), $"Paused {call.Get(Id)}."));

    private static ClientCommand Resume() =>
        new ClientCommand("resume", "Starts the deliveries again, after a pause or after Herald has disabled the subscription.", "herald subscriptions resume billing") { Id }
        .Runs(async call => await call.ShowAsync(
            await call.Client.Subscriptions.ResumeAsync(call.Get(Id), call.Cancel), $"Resumed {call.Get(Id)}."));

    private static ClientCommand Replay(TimeProvider time)
    {
        var from = new Argument<string>("from")
        {
            Description = "Where to start: earliest, a time such as 2026-01-31T08:00:00Z, a duration such as 1h for the events of the last "
                + "hour, now, or sequence:N, from which every shard starts.",
        };
        var skip = new Option<bool>("--skip-undelivered")
        {
            Description = "Leave out for good the events before that point that are not delivered yet. Without this option, such events "
                + "prevent the replay.",
        };
        return new ClientCommand(
            "replay", "Delivers events again from a point in the past, in order per key.",
            "herald subscriptions replay billing 1h", "herald subscriptions replay billing 2026-01-31T08:00:00Z") { Id, from, skip }
            .Runs(async call =>
            {
                if (StartOf(call.Get(from), time) is not { } start)
                    return call.Terminal.Fail(
                        ExitCode.BadUsage,
                        $"{call.Get(from)} can be a duration or a sequence. A duration has a unit: write {call.Get(from)}s. "
                            + $"For a sequence write {SequencePrefix}{call.Get(from)}.");
                return await call.ShowAsync(
                    await call.Client.Subscriptions.ReplayAsync(call.Get(Id), start, call.Get(skip) ? true : null, call.Cancel),
                    $"{call.Get(Id)} replays from {start}.");
            });
    }

    /// <summary>Null for a bare number.</summary>
    private static StartPoint? StartOf(string typed, TimeProvider time)
    {
        if (typed.All(char.IsAsciiDigit))
            return null;
        if (typed.StartsWith(SequencePrefix, StringComparison.Ordinal))
            return StartPoint.Parse(typed[SequencePrefix.Length..]);
        return DurationText.TryParse(typed, out var ago) && ago <= time.GetUtcNow() - DateTimeOffset.MinValue
            ? StartPoint.Time(time.GetUtcNow() - ago)
            : StartPoint.Parse(typed);
    }

    private static ClientCommand Secret() =>
        new ClientCommand(
            "secret",
            "Prints the secret that signs the webhooks of a subscription. During a rotation, the error output shows the secret before it.",
            "herald subscriptions secret billing", "herald subscriptions secret billing > secret.txt") { Id }
        .Runs(async call => await call.ShowAsync(
            await call.Client.Subscriptions.GetSecretsAsync(call.Get(Id), call.Cancel),
            secrets =>
            {
                // The secret alone, so that a script can take it.
                call.Terminal.Out.WriteLine(JsonText.Find(secrets, "secret"));
                if (JsonText.Find(secrets, "previous") is { } previous)
                    call.Terminal.Error.WriteLine($"Until {JsonText.Find(secrets, "previousUntil")} also signed with {previous}");
            }));

    private static ClientCommand RotateSecret()
    {
        var overlap = Duration.Option("--overlap", "How long webhooks are also signed with the old secret.", TimeSpan.FromHours(24));
        var endOverlap = new Option<bool>("--end-overlap")
        {
            Description = "Ends the secret from an earlier rotation, although its overlap still runs.",
        };
        return new ClientCommand(
            "rotate-secret",
            $"Creates a new signing secret and shows it. `{OwnCommand.With("subscriptions secret")}` shows it again.",
            "herald subscriptions rotate-secret billing --overlap 1h") { Id, overlap, endOverlap }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Subscriptions.RotateSecretAsync(
                    call.Get(Id), overlap: call.Get(overlap), endOverlap: call.Get(endOverlap), cancel: call.Cancel),
                call.Terminal.Present));
    }

    private static ClientCommand Test() =>
        new ClientCommand("test", "Sends one signed test event to the endpoint and shows the result.", "herald subscriptions test billing") { Id }
        .Runs(async call =>
        {
            var reply = await call.Client.Subscriptions.TestAsync(call.Get(Id), call.Cancel);
            var shown = await call.ShowAsync(reply, call.Terminal.Present);
            // The command has done its work, but who tests an endpoint asks whether it works.
            return shown == ExitCode.Ok && reply.Body is { } body && ForeignText.Find(body, "outcome") is { } outcome and not "delivered"
                ? call.Terminal.Fail(ExitCode.Failed, $"The endpoint of {call.Get(Id)} did not take the test event ({outcome}).")
                : shown;
        });

    private static ClientCommand Lag(TimeProvider time)
    {
        var shards = new Option<bool>("--shards") { Description = "Also show the state of each shard." };
        return new ClientCommand(
            "lag", "Shows how many events a subscription has still to get, the oldest of them, and what limits it.",
            "herald subscriptions lag billing") { Id, shards }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Subscriptions.GetLagAsync(call.Get(Id), call.Cancel),
                lag =>
                {
                    call.Terminal.Out.WriteLine(new LagText(time).Of(lag));
                    if (call.Get(shards) && lag.TryGetProperty("shards", out var all))
                    {
                        call.Terminal.Table(
                            all, TableColumn.Text("SHARD", "shard"), TableColumn.Text("POSITION", "position"),
                            TableColumn.Text("HEAD", "head"), TableColumn.Text("BLOCKED KEYS", "blockedKeys"));
                    }
                }));
    }

    private static ClientCommand BlockedKeys() =>
        new ClientCommand("blocked-keys",
            "Lists the keys that wait because the delivery of their oldest event failed.", "herald subscriptions blocked-keys billing")
        {
            Id, CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call => await call.ShowAsync(
            await call.Client.Subscriptions.ListBlockedKeysAsync(call.Get(Id), call.Page, call.Cancel),
            page => call.Terminal.Table(
                page, TableColumn.Text("KEY", "key"), TableColumn.Id("EVENT", "eventId"), TableColumn.Text("SHARD", "shard"),
                TableColumn.Text("SEQUENCE", "sequence"), TableColumn.Text("ATTEMPTS", "attempts"),
                TableColumn.Age("NEXT ATTEMPT", "nextAttemptAt"), TableColumn.Text("HELD", "held"),
                TableColumn.Text("LAST ANSWER", "lastReason"))));
}
