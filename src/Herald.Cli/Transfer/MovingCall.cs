using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Server;

namespace Herald.Cli.Transfer;

/// <summary>One run of a <see cref="MovingCommand"/>.</summary>
/// <param name="Options">Those of the server whose store it is.</param>
internal sealed record MovingCall(ParseResult Parsed, ServerOptions Options, Terminal Terminal, CancellationToken Cancel);
