using System.CommandLine;
using Herald.Cli.CommandLine;
using Herald.Server;

namespace Herald.Cli.Moving;

/// <summary>One run of a <see cref="MovingCommand"/>.</summary>
/// <param name="Options">Those of the server whose store it is.</param>
internal sealed record MovingCall(ParseResult Parsed, ServerOptions Options, Terminal Terminal, CancellationToken Cancel);
