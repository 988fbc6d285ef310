using System.CommandLine;
using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Hosting.Wire;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Commands;

/// <summary>The options of <c>herald notify</c> that say what is sent. They mean the same for one notification and for a file.</summary>
internal sealed class NotifyOptions
{
    private readonly Option<string> _via = new("--via")
    {
        Description = "The destination: email, sms, slack or push. The server must have it in its settings.",
        HelpName = "DESTINATION",
        Required = true,
    };

    private readonly Option<string?> _subject = new("--subject") { Description = "The subject, for email and push.", HelpName = "TEXT" };
    private readonly Option<string?> _html = new("--html") { Description = "A file with the html of a mail.", HelpName = "FILE" };
    private readonly Option<string?> _template = new("--template")
    {
        Description = "A template of the server's settings. It gives the texts that are not given here.",
        HelpName = "NAME",
    };

    private readonly Option<DateTimeOffset?> _notBefore = Time("--not-before", "Send it at this time, and not before.");
    private readonly Option<DateTimeOffset?> _expires = Time("--expires", "Send nothing after this time.");
    private readonly Option<string?> _priority = new("--priority")
    {
        Description = "low, normal, or high, which passes quiet hours, limits and other traffic.",
        HelpName = "PRIORITY",
    };

    private readonly Option<string?> _category = new("--category")
    {
        Description = "What it is about, for the wishes of recipients, such as news.",
        HelpName = "NAME",
    };

    public NotifyOptions() => _via.Validators.Add(result =>
    {
        if (result.Tokens is [.., var token] && PostNames.DestinationOf(token.Value) is null)
            result.AddError($"--via {token.Value}: expected email, sms, slack or push.");
    });

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_via, _subject, _html, _template, _notBefore, _expires, _priority, _category])
            command.Options.Add(option);
    }

    /// <summary>Whether something else than the text on the command line says what the notification contains.</summary>
    public bool HasOtherContent(ClientCall call) => call.Get(_template) is not null || call.Get(_html) is not null;

    /// <summary>What all notifications of this run have in common; the uuid is to be replaced.</summary>
    public async Task<NewNotification> ReadAsync(ClientCall call, string? text) => new()
    {
        Uuid = default,
        Destination = PostNames.Of(PostNames.DestinationOf(call.Get(_via)!)!.Value),
        Txt = text,
        Subject = call.Get(_subject),
        Html = call.Get(_html) is { } file ? await File.ReadAllTextAsync(file, call.Cancel) : null,
        Template = call.Get(_template),
        NotBefore = call.Get(_notBefore),
        Expires = call.Get(_expires),
        Priority = call.Get(_priority),
        Category = call.Get(_category),
    };

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = $"{description} A time such as 2026-01-31T08:00:00+01:00.",
        HelpName = "TIME",
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (TimeText.TryParse(text, out var time))
                return time;
            result.AddError($"{name} {text}: {TimeText.Rule}");
            return null;
        },
    };
}
