using System.CommandLine;
using System.Text.Json;
using Herald.Client;
using Herald.Hosting.Commands.Problems;

namespace Herald.Hosting.Commands;

/// <summary>One run of a <see cref="ClientCommand"/>.</summary>
/// <param name="TokenOrigin">The option or variable that gives the token, with its file; null when there is none.</param>
public sealed record ClientCall(ParseResult Parsed, HeraldClient Client, Terminal Terminal, string? TokenOrigin, CancellationToken Cancel)
{
    /// <summary>The page that the options select.</summary>
    public PageRequest Page => new(Get(CommonOptions.Limit), Get(CommonOptions.Cursor));

    public T Get<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary>Prints Herald's answer or its problem, and returns the exit code.</summary>
    public async Task<ExitCode> ShowAsync(Reply reply, Action<JsonElement> forPeople) =>
        await RefuseAsync(reply) ?? Terminal.Show(reply, forPeople);

    /// <summary>As above, for a reply whose body is not shown to people.</summary>
    public async Task<ExitCode> ShowAsync(Reply reply, string done) => await RefuseAsync(reply) ?? Terminal.Show(reply, done);

    /// <summary>Prints why there is no answer of Herald's, or the problem in it. Null when there is no problem.</summary>
    public async Task<ExitCode?> RefuseAsync(Reply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (Refusal.ForeignBy(reply) is { } why)
        {
            return Terminal.Fail(
                ExitCode.NotReachable,
                $"What answers at {Client.Server} is no Herald: {ForeignText.OneLine(why)}. {CommonOptions.WhichServer}");
        }
        if (reply.Succeeded)
            return null;
        foreach (var line in await Refusal.LinesAsync(this, reply))
            Terminal.Error.WriteLine(ForeignText.OneLine(line));
        if (Terminal.Json && reply.Body is { } problem)
            Terminal.Out.WriteLine(JsonText.Indented(problem));
        return ReplyExitCode.Of(reply);
    }
}
