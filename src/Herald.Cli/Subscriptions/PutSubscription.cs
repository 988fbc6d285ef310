using System.CommandLine;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Hosting.Commands;

namespace Herald.Cli.Subscriptions;

/// <summary><c>herald subscriptions put</c>: takes the common fields as options, or the whole subscription from a file.</summary>
internal static class PutSubscription
{
    public static Command Create(Argument<string> id)
    {
        var topic = new Option<string?>("--topic") { Description = "The topic to subscribe to.", HelpName = "TOPIC" };
        var endpoint = new Option<string?>("--endpoint")
        {
            Description = "The endpoint that gets the events, such as https://example.com/hook.",
            HelpName = "URL",
        };
        var from = new Option<string?>("--from")
        {
            Description = "Where a new subscription starts: now, earliest, a time or a sequence. Default: now.",
            HelpName = "POINT",
        };
        var filter = new Option<string[]>("--filter")
        {
            Description = "Only events whose type or attribute has one of these values, such as type=placed,paid. It can be repeated.",
            HelpName = "NAME=VALUE[,VALUE…]",
        };
        var labels = LabelOption.Create("A label of the subscription, for lists.");
        var maxInFlight = new Option<int?>("--max-in-flight") { Description = "The largest number of attempts in flight.", HelpName = "N" };
        var file = new Option<FileInfo?>("--file")
        {
            Description = "A file with the subscription as JSON. Other options replace its fields.",
            HelpName = "FILE",
        };
        var ifMatch = new Option<string?>("--if-match")
        {
            Description = "Change the subscription only if its current version has this ETag.",
            HelpName = "ETAG",
        };
        return new ClientCommand(
            "put", "Creates or changes a subscription. Its secret is shown when it is created.",
            "herald subscriptions put billing --topic orders --endpoint https://example.com/hook",
            "herald subscriptions put billing --topic orders --endpoint https://example.com/hook --label team=billing",
            "herald subscriptions put big --topic orders --endpoint https://example.com/hook --filter type=placed,paid --from earliest",
            "herald subscriptions put billing --file billing.json")
        { id, topic, endpoint, from, filter, labels, maxInFlight, file, ifMatch }
        .Runs(async call =>
        {
            var body = new JsonObject();
            if (call.Get(file) is { } source)
            {
                if (!source.Exists)
                    return call.Terminal.Fail(ExitCode.BadUsage, $"--file {source.FullName}: the file does not exist.");
                if (JsonText.TryParse(await File.ReadAllTextAsync(source.FullName, call.Cancel)) is not { ValueKind: System.Text.Json.JsonValueKind.Object } given)
                    return call.Terminal.Fail(ExitCode.BadUsage, $"--file {source.FullName}: not a JSON object.");
                body = JsonObject.Create(given)!;
            }
            Set(body, "topic", call.Get(topic));
            Set(body, "endpoint", call.Get(endpoint));
            if (call.Get(from) is { } start)
                body["from"] = StartPoint.Parse(start).ToJson();
            if (call.Get(maxInFlight) is { } most)
                (body["limits"] ??= new JsonObject())["maxInFlight"] = most;
            foreach (var clause in call.Get(filter) ?? [])
            {
                if (clause.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } values])
                    return call.Terminal.Fail(ExitCode.BadUsage,
                        $"--filter {clause}: expected NAME=VALUE[,VALUE…], such as type=placed,paid.");
                (body["filter"] ??= new JsonObject())[name] = new JsonArray(
                    [.. values.Split(',').Select(value => JsonValue.Create(value))]);
            }
            foreach (var (name, value) in call.Get(labels) ?? [])
                (body["labels"] ??= new JsonObject())[name] = value;
            // The body goes out as JSON, because Herald must see the fields of the file that this program does not know.
            var only = call.Get(ifMatch) is { } etag ? Precondition.Unchanged(etag) : null;
            return call.Terminal.Show(
                await call.Client.Subscriptions.PutJsonAsync(call.Get(id), body, only, call.Cancel), call.Terminal.Present);
        });
    }

    private static void Set(JsonObject body, string field, string? value)
    {
        if (value is not null)
            body[field] = value;
    }
}
