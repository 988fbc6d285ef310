using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;
using Herald.Lab.Notifications;

namespace Herald.Lab.Demos.Notifications;

/// <summary>The end of a run: four lines that scripts can rely on, and the result in sentences.</summary>
/// <param name="accepted">The notifications of which a post was answered as taken.</param>
/// <param name="processed">How many have the status PROCESSED.</param>
/// <param name="down">The destination whose provider was down, and for how long.</param>
internal sealed class NotificationsVerdict(
    IReadOnlyCollection<Guid> accepted, IReadOnlyList<SentTo> sent, long processed, bool hasFailed, string down, TimeSpan downFor)
{
    private const int ShownLost = 5;

    public long Effects => sent.Sum(one => one.Effects);

    /// <summary>What a person got more often than once.</summary>
    public long Doubled => sent.Sum(one => one.Effects - one.Notifications)
        + accepted.Sum(uuid => Math.Max(0, sent.Count(one => one.Has(uuid)) - 1));

    public IReadOnlyList<Guid> Lost { get; } = [.. accepted.Where(uuid => !sent.Any(one => one.Has(uuid)))];

    public bool HasPassed => !hasFailed && accepted.Count > 0 && Doubled == 0 && Lost.Count == 0 && Effects == accepted.Count
        && processed == accepted.Count;

    public ExitCode Print(Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        if (Lost.Count > 0)
            terminal.Error.WriteLine($"No provider has got {string.Join(", ", Lost.Take(ShownLost).Select(uuid => $"{uuid:D}"))}{(Lost.Count > ShownLost ? ", …" : "")}.");
        if (processed != accepted.Count)
            terminal.Error.WriteLine($"{processed} of {accepted.Count} have the status PROCESSED.");
        if (terminal.Json)
        {
            terminal.Out.WriteLine(new JsonObject
            {
                ["accepted"] = accepted.Count,
                ["effects"] = Effects,
                ["doubled"] = Doubled,
                ["lost"] = Lost.Count,
                ["processed"] = processed,
                ["repeats"] = Repeats,
                ["passed"] = HasPassed,
            }.ToJsonString());
        }
        else
        {
            terminal.Out.WriteLine($"accepted {accepted.Count}");
            terminal.Out.WriteLine($"effects {Effects}");
            terminal.Out.WriteLine($"doubled {Doubled}");
            terminal.Out.WriteLine($"lost {Lost.Count}");
            terminal.Out.WriteLine();
            foreach (var sentence in Sentences())
                terminal.Out.WriteLine(sentence);
        }
        return HasPassed ? ExitCode.Ok : ExitCode.Failed;
    }

    private long Repeats => sent.Sum(one => one.Requests - one.Notifications);

    private IEnumerable<string> Sentences()
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{(HasPassed ? "PASS" : "FAIL")}: {accepted.Count:N0} notifications, each posted twice, {NoneOr(Lost.Count)} lost, {NoneOr(Doubled)} doubled, "
                + $"{processed:N0} with the status PROCESSED.");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"The provider of {down} was down for {downFor.TotalSeconds:0.#} s and got all of its notifications after that. Herald was killed once.");
        if (Repeats == 0)
            yield break;
        var requests = Repeats == 1 ? "1 request was a repeat" : $"{Repeats} requests were repeats";
        yield return $"{requests}: Herald was killed before it had saved that they were sent. Providers drop a repeat by its key.";
        if (RepeatsOf(MessageProviders.Chat) is > 0 and var seen)
            yield return $"Only the chat has no such key: a person could see {seen} of its posts twice.";
    }

    private long RepeatsOf(string destination) =>
        sent.Where(one => one.Destination == destination).Sum(one => one.Requests - one.Notifications);

    private static string NoneOr(long count) => count == 0 ? "none" : count.ToString("N0", CultureInfo.InvariantCulture);
}
