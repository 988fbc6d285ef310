using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Hosting.Commands;

namespace Herald.Cli.Subscriptions;

/// <summary>
/// <c>herald subscriptions put</c>: takes the fields as options, or the whole subscription from a file. Fields that are missing get their
/// defaults, so the command stops before it would undo what somebody has set.
/// </summary>
internal static class PutSubscription
{
    public static Command Create(Argument<string> id)
    {
        var topic = new Option<string?>("--topic") { Description = "The topic to subscribe to.", HelpName = "TOPIC" };
        var from = new Option<string?>("--from")
        {
            Description = "Where a new subscription starts: now, earliest, a time or a sequence. Default: now.",
            HelpName = "POINT",
        };
        var file = new Option<FileInfo?>("--file")
        {
            Description = "A file with the subscription as JSON. Other options replace its fields.",
            HelpName = "FILE",
        };
        var replace = new Option<bool>("--replace")
        {
            Description = "Give fields that are not named their defaults, also where they have other values today.",
        };
        var ifMatch = IfMatch();
        var command = new ClientCommand(
            "put", "Creates or replaces a subscription. Its secret is shown when it is created. `set` changes single fields.",
            "herald subscriptions put billing --topic orders --endpoint https://example.com/hook",
            "herald subscriptions put billing --topic orders --endpoint https://example.com/hook --label team=billing",
            "herald subscriptions put big --topic orders --endpoint https://example.com/hook --filter type=placed,paid --from earliest",
            "herald subscriptions put billing --file billing.json --replace")
        { id, topic };
        var fields = new SubscriptionFields().AddTo(command);
        foreach (var option in (Option[])[from, file, replace, ifMatch])
            command.Options.Add(option);
        return command.Runs(async call =>
        {
            var body = new JsonObject();
            if (call.Get(file) is { } source)
            {
                if (!source.Exists)
                    return call.Terminal.Fail(ExitCode.BadUsage, $"--file {source.FullName}: the file does not exist.");
                var text = await File.ReadAllTextAsync(source.FullName, call.Cancel);
                if (JsonText.TryParse(text) is not { ValueKind: JsonValueKind.Object } given)
                    return call.Terminal.Fail(ExitCode.BadUsage, $"--file {source.FullName}: not a JSON object.");
                body = JsonObject.Create(given)!;
            }
            if (call.Get(topic) is { } of)
                body["topic"] = of;
            fields.Define(call, body);
            if (call.Get(from) is { } start)
                body["from"] = StartPoint.Parse(start).ToJson();
            var only = call.Get(ifMatch) is { } etag ? Precondition.Unchanged(etag) : null;
            if (!call.Get(replace))
            {
                var present = await call.Client.Subscriptions.GetAsync(call.Get(id), call.Cancel);
                if (present is { Succeeded: true, Body: { ValueKind: JsonValueKind.Object } now }
                    && LostFields.Find(now, body) is { Count: > 0 } lost)
                    return Refuse(call, call.Get(id), lost);
                // Without an answer, nobody knows what a put would reset.
                if (!present.Succeeded && present.Status != (int)HttpStatusCode.NotFound)
                    return await call.ShowAsync(present, call.Terminal.Present);
                // What was compared must still be so when it is replaced.
                only ??= present.ETag is { } seen ? Precondition.Unchanged(seen) : Precondition.Absent;
            }
            // The body goes out as JSON, because Herald must see the fields of the file that this program does not know.
            return await call.ShowAsync(
                await call.Client.Subscriptions.PutJsonAsync(call.Get(id), body, only, call.Cancel), call.Terminal.Present);
        });
    }

    public static Option<string?> IfMatch() => new("--if-match")
    {
        Description = "Change the subscription only if its current version has this ETag.",
        HelpName = "ETAG",
    };

    private static ExitCode Refuse(ClientCall call, string id, IReadOnlyList<(string Field, string Now, string New)> lost)
    {
        call.Terminal.Error.WriteLine($"This would reset what {id} has today. Nothing was changed.");
        var width = lost.Max(one => one.Field.Length);
        foreach (var (field, now, next) in lost)
            call.Terminal.Error.WriteLine(ForeignText.OneLine($"  {field.PadRight(width)}  {now} -> {next}"));
        return call.Terminal.Fail(
            ExitCode.Refused,
            $"Change single fields with: {OwnCommand.With($"subscriptions set {id}")} …; or add --replace to reset these.");
    }
}
