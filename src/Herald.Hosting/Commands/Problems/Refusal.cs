using System.Text.RegularExpressions;
using Herald.Client;
using Herald.Engine.Basics;

namespace Herald.Hosting.Commands.Problems;

/// <summary>Says why Herald refused, in the words of the command: its options, and the commands that help.</summary>
internal static partial class Refusal
{
    /// <summary>As many names are looked through for the nearest one.</summary>
    private const int MostNames = 1000;

    private const int LongestAnswer = 200;

    /// <summary>Words of the API in the details of problems, and the options of commands that say the same.</summary>
    private static readonly (string Api, string Option)[] Words =
        [("force=true", "--force"), ("endOverlap", "--end-overlap"), ("skipUndelivered", "--skip-undelivered")];

    public static async Task<IReadOnlyList<string>> LinesAsync(ClientCall call, Reply reply)
    {
        var problem = reply.Problem!;
        return problem.Code switch
        {
            "unauthorized" => [TokenLine(call)],
            "topic-not-found" => [await TopicLineAsync(call, problem)],
            "subscription-not-found" => [await SubscriptionLineAsync(call, problem)],
            null => [OnOneLine(problem.Detail)],
            _ when problem.Errors is [var only] => [Line(call, only)],
            _ => [InOptions(problem.Detail), .. problem.Errors.Select(error => $"  {Line(call, error)}")],
        };
    }

    /// <summary>Why the sender of this answer cannot be Herald; null when it can.</summary>
    public static string? ForeignBy(Reply reply)
    {
        if (reply.Succeeded)
        {
            var isUnreadable = reply.Body is null && (reply.Text.Length > 0 || reply.Problem is not null);
            return isUnreadable ? $"it answered {reply.Status}, but not in JSON" : null;
        }
        // Herald gives its problems a code. Other answers from 500 on can come from a proxy whose Herald is away. A server that does not
        // know a method answers 501, which no proxy does for the server behind it.
        return reply.Status is < 500 or 501 && reply.Problem?.Code is null ? $"it answered {reply.Status}, but not as Herald does" : null;
    }

    private static string InOptions(string detail) => Words.Aggregate(detail, (text, word) => text.Replace(word.Api, word.Option));

    private static string Line(ClientCall call, Client.FieldProblem error)
    {
        var field = FieldWords.Of(call.Parsed.CommandResult.Command, error.Pointer);
        var place = error.Value.Length > 0 ? $"{field} {error.Value}".Trim() : field;
        return place.Length > 0 ? $"{place}: {error.Rule}" : error.Rule;
    }

    private static string TokenLine(ClientCall call) => call.TokenOrigin is { } origin
        ? $"Herald at {call.Client.Server} does not accept the token of {origin}. "
            + "It must be the token in the file of the server's tokenFile."
        : $"Herald at {call.Client.Server} requires a token. "
            + $"Give the file that contains it with --token-file FILE or {CommonOptions.TokenFileVariable}.";

    private static async Task<string> TopicLineAsync(ClientCall call, Problem problem)
    {
        if (NameIn(problem) is not { } name)
            return problem.Detail;
        var topics = await call.Client.Topics.ListAsync(new PageRequest(MostNames), call.Cancel);
        var near = Nearest.Of(name, topics.Value?.Items.Select(topic => topic.Name) ?? []);
        var isOfTopics = call.Parsed.CommandResult.Parent is System.CommandLine.Parsing.CommandResult { Command.Name: "topics" };
        return Joined($"There is no topic '{name}'.", near, isOfTopics
            ? $"`{OwnCommand.With("topics list")}` shows all."
            : $"{(near is null ? "Create" : "Or create")} it with: {OwnCommand.With($"topics create {Shell.Quote(name)}")}",
            always: !isOfTopics);
    }

    private static async Task<string> SubscriptionLineAsync(ClientCall call, Problem problem)
    {
        if (NameIn(problem) is not { } name)
            return problem.Detail;
        var subscriptions = await call.Client.Subscriptions.ListAsync(page: new PageRequest(MostNames), cancel: call.Cancel);
        var near = Nearest.Of(name, subscriptions.Value?.Items.Select(one => one.Id) ?? []);
        return Joined($"There is no subscription '{name}'.", near, $"`{OwnCommand.With("subscriptions list")}` shows all.", always: false);
    }

    /// <param name="always">The next step is told beside a name that is near, too.</param>
    private static string Joined(string none, string? near, string next, bool always) =>
        near is null ? $"{none} {next}" : $"{none} Did you mean {near}?{(always ? $" {next}" : "")}";

    private static string? NameIn(Problem problem) =>
        QuotedName().Match(problem.Detail) is { Success: true } found ? found.Groups[1].Value : null;

    private static string OnOneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > LongestAnswer ? line[..LongestAnswer] + "…" : line;
    }

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex QuotedName();
}
