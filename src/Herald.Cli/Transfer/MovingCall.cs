using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Server;

namespace Herald.Cli.Transfer;

/// <summary>One run of a <see cref="MovingCommand"/>.</summary>
/// <param name="Options">The options of the server that uses the store.</param>
internal sealed record MovingCall(ParseResult Parsed, ServerOptions Options, Terminal Terminal, CancellationToken Cancel);
