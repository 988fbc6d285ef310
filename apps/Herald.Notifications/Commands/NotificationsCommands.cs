using System.CommandLine;
using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Hosting.Commands.Tables;
using Herald.Hosting.Wire;

namespace Herald.Notifications.Commands;

/// <summary><c>herald notifications …</c>, beside <c>serve</c>.</summary>
internal static class NotificationsCommands
{
    private static readonly Argument<Guid> Uuid = new("uuid") { Description = "The uuid of the notification." };

    private static readonly Argument<string> Recipient = new("recipient")
    {
        Description = "A person as user:NAME, or an address with its destination, such as email:anna@example.com.",
    };

    public static IEnumerable<Command> All(TimeProvider time) =>
        [Show(), List(time), Counts(), Redrive(), Suppress(), Allow(), Suppressions()];

    private static ClientCommand Show() =>
        new ClientCommand(
            "show", "Shows the status of a notification.", "herald notifications show 0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007") { Uuid }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Notifications.GetAsync(call.Get(Uuid), call.Cancel), call.Terminal.Present));

    private static ClientCommand List(TimeProvider time)
    {
        var status = new Option<string?>("--status")
        {
            Description = "Only those with this status: NOT_PROCESSED, PROCESSED, FAILED or EXPIRED.",
            HelpName = "STATUS",
        };
        var via = new Option<string?>("--via") { Description = "Only those of this destination, such as email.", HelpName = "DESTINATION" };
        var to = new Option<string?>("--to") { Description = "Only those to this recipient, written as in the post.", HelpName = "RECIPIENT" };
        var since = new Option<string?>("--since")
        {
            Description = "Only those that were accepted since then: an age such as 1h, or a time.",
            HelpName = "AGE|TIME",
        };
        return new ClientCommand(
            "list", "Lists notifications, newest first.", "herald notifications list --status FAILED --via email --since 1h")
        {
            status, via, to, since, CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call =>
        {
            DateTimeOffset? from = null;
            if (call.Get(since) is { } text)
            {
                if (Engine.Basics.DurationText.TryParse(text, out var age))
                    from = time.GetUtcNow() - age;
                else if (TimeText.TryParse(text, out var at))
                    from = at;
                else
                    return call.Terminal.Fail(
                        ExitCode.BadUsage, $"--since {text}: expected an age such as 1h, or a time such as 2026-01-31T08:00:00Z.");
            }
            var which = new NotificationSelection { Status = call.Get(status), Destination = call.Get(via), Recipient = call.Get(to), From = from };
            return await call.ShowAsync(
                await call.Client.Notifications.ListAsync(which, call.Page, call.Cancel),
                page => call.Terminal.Table(
                    page, TableColumn.Id("UUID", "uuid"), TableColumn.State("STATUS", "status"), TableColumn.Text("VIA", "destination"),
                    TableColumn.Text("TO", "to"), TableColumn.Age("ACCEPTED", "acceptedAt"), TableColumn.Text("ATTEMPTS", "attempts"),
                    TableColumn.Text("LAST WORDS", "lastWords")));
        });
    }

    private static ClientCommand Counts() =>
        new ClientCommand("counts", "Shows how many notifications there are, by destination and status.", "herald notifications counts")
            .Runs(async call => await call.ShowAsync(
                await call.Client.Notifications.CountsAsync(call.Cancel),
                body => call.Terminal.Present(body.GetProperty("counts"))));

    private static ClientCommand Redrive() =>
        new ClientCommand(
            "redrive", "Sends a failed notification again.", "herald notifications redrive 0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007") { Uuid }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Notifications.RedriveAsync(call.Get(Uuid), call.Cancel),
                $"{call.Get(Uuid):D} is sent again. It stays FAILED until that has succeeded."));

    private static ClientCommand Suppress()
    {
        var reason = new Option<string?>("--reason")
        {
            Description = "opted-out, bounced, expired or complained. Default: opted-out.",
            HelpName = "REASON",
        };
        return new ClientCommand(
            "suppress", "Sends nothing to a recipient any more.", "herald notifications suppress email:anna@example.com --reason bounced")
        {
            Recipient, reason,
        }.Runs(async call => await call.ShowAsync(
            await call.Client.Notifications.SuppressAsync(call.Get(Recipient), call.Get(reason), call.Cancel),
            $"Nothing is sent to {call.Get(Recipient)}. End it with: {OwnCommand.With($"notifications allow {Shell.Quote(call.Get(Recipient))}")}"));
    }

    private static ClientCommand Allow() =>
        new ClientCommand(
            "allow", "Ends the suppression of a recipient.", "herald notifications allow email:anna@example.com") { Recipient }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Notifications.AllowAsync(call.Get(Recipient), call.Cancel),
                $"{call.Get(Recipient)} is not suppressed any more."));

    private static ClientCommand Suppressions() =>
        new ClientCommand("suppressions", "Lists the recipients to whom nothing is sent.", "herald notifications suppressions")
        {
            CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call => await call.ShowAsync(
            await call.Client.Notifications.SuppressionsAsync(call.Page, call.Cancel),
            page => call.Terminal.Table(
                page, TableColumn.Id("RECIPIENT", "recipient"), TableColumn.Text("REASON", "reason"), TableColumn.Age("SINCE", "since"),
                TableColumn.Text("BY", "by"))));
}
