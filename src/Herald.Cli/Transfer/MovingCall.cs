using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;

namespace Herald.Cli.Transfer;

/// <summary>One run of a <see cref="MovingCommand"/>.</summary>
/// <param name="Store">The store that the settings name.</param>
/// <param name="Context">What the store is opened with.</param>
internal sealed record MovingCall(
    ParseResult Parsed, IStoreModule Store, StoreContext Context, Terminal Terminal, CancellationToken Cancel);
