using System.CommandLine;
using Herald.Client;

namespace Herald.Hosting.Commands;

/// <summary>One run of a <see cref="ClientCommand"/>.</summary>
public sealed record ClientCall(ParseResult Parsed, HeraldClient Client, Terminal Terminal, CancellationToken Cancel)
{
    /// <summary>The page that the options select.</summary>
    public PageRequest Page => new(Get(CommonOptions.Limit), Get(CommonOptions.Cursor));

    public T Get<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);
}
