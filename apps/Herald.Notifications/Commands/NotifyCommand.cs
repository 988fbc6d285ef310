using System.CommandLine;
using Herald.Client;
using Herald.Engine.Basics;
using Herald.Hosting.Commands;

namespace Herald.Notifications.Commands;

/// <summary><c>herald notify</c>: tells one recipient something, or everybody in a file.</summary>
internal static class NotifyCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    public static Command Create(TimeProvider time)
    {
        var text = new Argument<string?>("text")
        {
            Description = "The text. With --file, {{name}} stands for a column of the file.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var to = new Option<string?>("--to")
        {
            Description = "An address, such as anna@example.com, or a person as user:NAME. Default: the destination's own recipient.",
            HelpName = "RECIPIENT",
        };
        var uuid = new Option<Guid?>("--uuid")
        {
            Description = "The uuid of the notification. The same uuid again has no second effect. Default: a new one.",
            HelpName = "UUID",
        };
        var parameters = new Option<string[]>("--param")
        {
            Description = "A parameter of the template, such as name=Anna. It can be repeated.",
            HelpName = "NAME=VALUE",
        };
        var wait = new Option<Duration?>("--wait")
        {
            Description = "Wait so long until its status is decided, such as 30s.",
            HelpName = "DURATION",
            CustomParser = result =>
            {
                var given = result.Tokens[^1].Value;
                if (DurationText.TryParse(given, out var duration))
                    return new Duration(duration);
                result.AddError($"--wait {given}: {DurationText.RuleFor(given)}");
                return null;
            },
        };
        var file = new Option<string?>("--file")
        {
            Description = "A file of comma-separated values with a heading line. Each further line is a recipient: the column `to`, and "
                + "columns for places in the text, or for the parameters of the template.",
            HelpName = "FILE",
        };
        var campaign = new Option<string?>("--campaign")
        {
            Description = "With --file: a name that is part of each uuid. Without a new name, what was posted before is not sent again.",
            HelpName = "NAME",
        };
        var retryFor = Duration.Option("--retry-for",
            "With --file: how long a request is sent again while Herald cannot accept it.", TimeSpan.FromMinutes(1));
        var common = new NotifyOptions();
        var command = new ClientCommand(
            "notify", "Sends a notification by email, text message, chat or push, or one to each recipient in a file.",
            "herald notify --via email --to anna@example.com --subject Disk \"The disk is full.\"",
            "herald notify --via slack Deployed --wait 10s",
            "herald notify --via sms --file recipients.csv \"Hello {{name}}\"")
        { text, to, uuid, parameters, wait, file, campaign, retryFor };
        common.AddTo(command);
        return command.Runs(async call =>
        {
            if (call.Parsed.GetValue(text) is null && !common.HasOtherContent(call))
                return call.Terminal.Fail(ExitCode.BadUsage, "Nothing to send: give a text, --html FILE or --template NAME.");
            if (call.Get(file) is { } path)
            {
                if (call.Get(to) is not null || call.Get(uuid) is not null || call.Get(wait) is not null || call.Get(parameters) is { Length: > 0 })
                    return call.Terminal.Fail(
                        ExitCode.BadUsage, "--to, --uuid, --param and --wait are for one notification. The columns of --file say these.");
                var template = await common.ReadAsync(call, call.Parsed.GetValue(text));
                return await new NotifyFile(call, template, call.Get(campaign) ?? "", time, call.Get(retryFor)).RunAsync(path);
            }
            if (call.Get(campaign) is not null)
                return call.Terminal.Fail(ExitCode.BadUsage, "--campaign is for --file. One notification has a --uuid.");
            if (Parameters(call.Get(parameters) ?? []) is not { } values)
                return call.Terminal.Fail(ExitCode.BadUsage, "--param: expected NAME=VALUE, such as name=Anna.");
            var notification = (await common.ReadAsync(call, call.Parsed.GetValue(text))) with
            {
                Uuid = call.Get(uuid) ?? Guid.CreateVersion7(time.GetUtcNow()),
                To = call.Get(to),
                Params = values.Count > 0 ? values : null,
            };
            return await PostAsync(call, notification, call.Get(wait)?.Value, time);
        });
    }

    private static Dictionary<string, string>? Parameters(string[] given)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in given)
        {
            if (one.Split('=', 2) is not [{ Length: > 0 } name, var value])
                return null;
            parameters[name] = value;
        }
        return parameters;
    }

    private static async Task<ExitCode> PostAsync(ClientCall call, NewNotification notification, TimeSpan? patience, TimeProvider time)
    {
        var posted = await call.Client.Notifications.PostAsync(notification, call.Cancel);
        if (patience is not { } most || posted.Value is not { } answer)
            return await call.ShowAsync(posted, $"{notification.Uuid:D}  {posted.Value?.Status}");
        var began = time.GetTimestamp();
        var shown = await call.Client.Notifications.GetAsync(answer.Uuid, call.Cancel);
        // Right after the answer, the status can be unknown for a moment.
        while ((shown.Status == 404 || shown.Value is { Status: "NOT_PROCESSED" }) && time.GetElapsedTime(began) < most)
        {
            await Task.Delay(LookEvery, time, call.Cancel);
            shown = await call.Client.Notifications.GetAsync(answer.Uuid, call.Cancel);
        }
        var code = await call.ShowAsync(shown, call.Terminal.Present);
        return shown.Value switch
        {
            { Status: "PROCESSED" } => code,
            { Status: "NOT_PROCESSED" } => call.Terminal.Fail(
                ExitCode.Unavailable,
                $"It is not sent yet. See: {OwnCommand.With($"notifications show {answer.Uuid:D}")}"),
            { } other => call.Terminal.Fail(ExitCode.Failed, $"It was not sent: {other.Status}."),
            null => code,
        };
    }
}
