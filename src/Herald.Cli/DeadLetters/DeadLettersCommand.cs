using System.CommandLine;
using Herald.Client;
using Herald.Hosting.Commands;

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
        Description = "Ids of dead letters, as `herald dead-letters list` shows them.",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private static readonly Option<bool> All = new("--all") { Description = "All dead letters of the store." };

    public static Command Create() => new ExampleCommand("dead-letters",
        "Lists, redrives and discards dead letters.", "herald dead-letters list")
    {
        List(),
        Act(
            "redrive", "Delivers dead letters again, each after all other events of its key.",
            (call, which) => call.Client.DeadLetters.RedriveAsync(which, call.Cancel)),
        Act("discard", "Deletes dead letters permanently.", (call, which) => call.Client.DeadLetters.DiscardAsync(which, call.Cancel)),
    };

    private static ClientCommand List() =>
        new ClientCommand("list", "Lists dead letters, oldest first.", "herald dead-letters list --subscription billing")
        {
            Subscription, CommonOptions.Limit, CommonOptions.Cursor,
        }.Runs(async call => call.Terminal.Show(
            await call.Client.DeadLetters.ListAsync(call.Get(Subscription), page: call.Page, cancel: call.Cancel),
            page => call.Terminal.Table(page, "id", "subscription", "event.id", "event.key", "attempts", "reason", "diedAt")));

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
            return call.Terminal.Show(await act(call, which), call.Terminal.Present);
        });
}
