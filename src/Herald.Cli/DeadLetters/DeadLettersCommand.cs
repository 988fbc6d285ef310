using System.CommandLine;
using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Hosting.Commands.Tables;

namespace Herald.Cli.DeadLetters;

/// <summary><c>herald dead-letters …</c></summary>
internal static class DeadLettersCommand
{
    private static readonly Option<string?> Subscription = new("--subscription")
    {
        Description = "Only the dead letters of this subscription, such as billing.",
        HelpName = "ID",
    };
    private static readonly Argument<string[]> Ids = new("id")
    {
        Description = $"Ids of dead letters, as `{OwnCommand.With("dead-letters list")}` shows them.",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private static readonly Option<bool> All = new("--all") { Description = "All dead letters of the store." };

    public static Command Create() => new ExampleCommand("dead-letters",
        "Lists, shows, redrives and discards dead letters.", "herald dead-letters list")
    {
        List(),
        Get(),
        Act("redrive", "Delivers dead letters again, each after all other events of its key.", (call, which) => call.Client.DeadLetters.RedriveAsync(which, call.Cancel)),
        Act("discard", "Deletes dead letters permanently.", (call, which) => call.Client.DeadLetters.DiscardAsync(which, call.Cancel)),
    };

    private static ClientCommand List() =>
        new ClientCommand("list", "Lists dead letters, oldest first.", "herald dead-letters list --subscription billing")
        {
            Subscription, CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call => await call.ShowAsync(
            await call.Client.DeadLetters.ListAsync(call.Get(Subscription), page: call.Page, cancel: call.Cancel),
            page => call.Terminal.Table(
                page, TableColumn.Id("DEAD LETTER", "id"), TableColumn.Text("TOPIC", "topic"),
                TableColumn.Text("SUBSCRIPTION", "subscription"), TableColumn.Text("EVENT", "event.id"), TableColumn.Text("KEY", "event.key"), TableColumn.Text("ATTEMPTS", "attempts"),
                TableColumn.Text("LAST ANSWER", "detail"), TableColumn.Age("DIED", "diedAt"))));

    private static ClientCommand Get()
    {
        var id = new Argument<string>("id")
        {
            Description = $"The id of the dead letter, as `{OwnCommand.With("dead-letters list")}` shows it.",
        };
        return new ClientCommand(
            "get", "Shows a dead letter: its event with the payload, and why it could not be delivered.",
            "herald dead-letters get dl_3_1_1_42") { id }
            .Runs(async call => await call.ShowAsync(
                await call.Client.DeadLetters.GetAsync(call.Get(id), call.Cancel), call.Terminal.Present));
    }

    private static ClientCommand Act(
        string verb, string description, Func<ClientCall, DeadLetterSelection, Task<Reply<DeadLetterCount>>> act) =>
        new ClientCommand(
            verb, description,
            $"herald dead-letters {verb} dl_3_1_1_42", $"herald dead-letters {verb} --subscription billing",
            $"herald dead-letters {verb} --all")
        {
            Ids, Subscription, All,
        }.Runs(async call =>
        {
            var (ids, subscription, all) = (call.Get(Ids), call.Get(Subscription), call.Get(All));
            if ((ids.Length > 0 ? 1 : 0) + (subscription is null ? 0 : 1) + (all ? 1 : 0) != 1)
                return call.Terminal.Fail(
                    ExitCode.BadUsage, $"Select the dead letters to {verb}: give their ids, or --subscription ID, or --all.");
            var which = subscription is not null ? DeadLetterSelection.OfSubscription(subscription)
                : all ? DeadLetterSelection.All
                : DeadLetterSelection.Ids(ids);
            var reply = await act(call, which);
            var shown = await call.ShowAsync(reply, call.Terminal.Present);
            var named = ids.Distinct(StringComparer.Ordinal).Count();
            return shown == ExitCode.Ok && reply.Value is { } done && done.Count < named
                ? call.Terminal.Fail(ExitCode.NotFound, NotDone(verb, ids, named - done.Count))
                : shown;
        });

    private static string NotDone(string verb, string[] ids, int missing)
    {
        var which = ids is [var only] ? $"Dead letter '{only}'" : $"{missing} of these dead letters";
        return verb == "redrive"
            ? $"{which} cannot be redriven: not there any more, or without its subscription or its event. "
                + $"`{OwnCommand.With("dead-letters get")}` shows which."
            : $"{which} {(ids.Length == 1 ? "does" : "do")} not exist. `{OwnCommand.With("dead-letters list")}` shows all.";
    }
}
