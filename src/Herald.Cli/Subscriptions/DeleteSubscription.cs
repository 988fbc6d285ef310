using System.CommandLine;
using System.Text.Json;
using Herald.Hosting.Commands;

namespace Herald.Cli.Subscriptions;

/// <summary>
/// <c>herald subscriptions delete</c>: events that wait are lost with their subscription, so it deletes one with a backlog only with
/// <c>--yes</c>.
/// </summary>
internal static class DeleteSubscription
{
    public static ClientCommand Create(Argument<string> id, TimeProvider time)
    {
        var yes = new Option<bool>("--yes") { Description = "Delete it even if events wait for it. They are not delivered then." };
        return new ClientCommand(
            "delete", "Deletes a subscription. If events wait for it, they are lost, and --yes is needed.",
            "herald subscriptions delete billing", "herald subscriptions delete billing --yes") { id, yes }
            .Runs(async call =>
            {
                var text = new LagText(time);
                var lag = await call.Client.Subscriptions.GetLagAsync(call.Get(id), call.Cancel);
                var backlog = lag.Body is { } body && lag.Succeeded && !LagText.IsEmpty(body) ? body : default(JsonElement?);
                // Without --yes an unknown backlog counts as one. With it, a subscription that cannot be read can still be deleted.
                if (!call.Get(yes))
                {
                    if (await call.RefuseAsync(lag) is { } refused)
                    {
                        return refused == ExitCode.Refused
                            ? call.Terminal.Fail(refused, "So it is not known whether events wait. Delete it nevertheless with --yes.")
                            : refused;
                    }
                    if (backlog is { } waits)
                        return call.Terminal.Fail(
                            ExitCode.Refused,
                            $"Nothing was deleted, because deliveries of {call.Get(id)} would be lost: {text.Waiting(waits)}. "
                                + "Delete it nevertheless with --yes.");
                }
                return await call.ShowAsync(
                    await call.Client.Subscriptions.DeleteAsync(call.Get(id), cancel: call.Cancel),
                    $"Deleted subscription {call.Get(id)}{(backlog is { } lost ? $". Before: {text.Waiting(lost)}" : "")}.");
            });
    }
}
