using System.CommandLine;
using Herald.Client;
using Herald.Hosting.Commands;

namespace Herald.Cli.Subscriptions;

/// <summary>
/// <c>herald subscriptions release</c> and <c>discard</c>: lets a held key continue, with its failed event or without it. The event is
/// found by its key. An event without a key is named by its place.
/// </summary>
internal static class ReleaseKey
{
    public static ClientCommand Create(Argument<string> id, bool discards)
    {
        var (verb, description) = discards
            ? ("discard", "Gives up the event that holds a key, and delivers the events behind it.")
            : ("release", "Tries the event that holds a key again. The events behind it follow.");
        var key = new Argument<string?>("key")
        {
            Description = $"The held key, such as order-17. `{OwnCommand.With("subscriptions blocked-keys")}` shows held keys.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var shard = new Option<int?>("--shard") { Description = "The shard of the event, when it has no key.", HelpName = "N" };
        var sequence = new Option<long?>("--sequence") { Description = "The sequence of the event, when it has no key.", HelpName = "N" };
        return new ClientCommand(
            verb, description,
            $"herald subscriptions {verb} billing order-17", $"herald subscriptions {verb} billing --shard 3 --sequence 1042")
        { id, key, shard, sequence }.Runs(async call =>
        {
            var (ofKey, place) = (call.Parsed.GetValue(key), (Shard: call.Get(shard), Sequence: call.Get(sequence)));
            if (!(ofKey is null ? place is ({ }, { }) : place is (null, null)))
                return call.Terminal.Fail(ExitCode.BadUsage, "Give the held key, or --shard and --sequence of its event.");
            var what = $"shard {place.Shard}, sequence {place.Sequence}";
            if (ofKey is not null)
            {
                var (held, refusal) = await FindAsync(call, call.Get(id), ofKey);
                if (refusal is not null)
                    return await call.RefuseAsync(refusal) ?? ExitCode.Failed;
                if (held is null)
                {
                    return call.Terminal.Fail(
                        ExitCode.Refused,
                        $"The key {ofKey} of {call.Get(id)} is not held. "
                            + $"`{OwnCommand.With("subscriptions blocked-keys")}` shows which are.");
                }
                place = (held.Shard, held.Sequence);
                what = ForeignText.OneLine($"event {held.EventId} of key {ofKey}");
            }
            return await call.ShowAsync(
                await call.Client.Subscriptions.ReleaseAsync(
                    call.Get(id), place.Shard!.Value, place.Sequence!.Value, discards, call.Cancel),
                $"{(discards ? "Discarded" : "Released")} {what}.");
        });
    }

    private static async Task<(BlockedKey? Held, Reply? Refusal)> FindAsync(ClientCall call, string id, string key)
    {
        try
        {
            await foreach (var blocked in call.Client.Subscriptions.AllBlockedKeysAsync(id, call.Cancel))
            {
                if (blocked.Held && blocked.Key == key)
                    return (blocked, null);
            }
            return (null, null);
        }
        catch (HeraldException refused)
        {
            return (null, refused.Reply);
        }
    }
}
