using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Hosting.Commands;

namespace Herald.Cli.Subscriptions;

/// <summary><c>herald subscriptions set</c>: changes the fields that are given and no others.</summary>
internal static class SetSubscription
{
    public static Command Create(Argument<string> id)
    {
        var ifMatch = PutSubscription.IfMatch();
        var command = new ClientCommand(
            "set",
            "Changes the given fields of a subscription and no others. "
                + $"The value {SubscriptionField.Default} gives a field its default again.",
            "herald subscriptions set billing --max-in-flight 50",
            "herald subscriptions set billing --retry-schedule 1s,10s,1m --retry-max-attempts 20",
            "herald subscriptions set billing --retry-max-age default --filter none --label team=billing")
        { id };
        var fields = new SubscriptionFields().AddTo(command);
        command.Options.Add(ifMatch);
        return command.Runs(async call =>
        {
            var only = call.Get(ifMatch) is { } etag ? Precondition.Unchanged(etag) : null;
            JsonObject? present = null;
            if (fields.Replaces(call))
            {
                var reply = await call.Client.Subscriptions.GetAsync(call.Get(id), call.Cancel);
                if (reply.Body is not { ValueKind: JsonValueKind.Object } body || !reply.Succeeded)
                    return await call.ShowAsync(reply, "");
                present = JsonObject.Create(body);
                only ??= reply.ETag is { } seen ? Precondition.Unchanged(seen) : null;
            }
            var patch = fields.Patch(call, present);
            if (patch.Count == 0)
                return call.Terminal.Fail(ExitCode.BadUsage, "Give the fields to change, such as --max-in-flight 50. --help lists them.");
            return await call.ShowAsync(
                await call.Client.Subscriptions.PatchAsync(call.Get(id), patch, only, call.Cancel), call.Terminal.Present);
        });
    }
}
