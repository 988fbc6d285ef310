using System.CommandLine;

namespace Herald.Hosting.Modules;

/// <summary>A command that a module brings.</summary>
/// <param name="Below">The application whose commands it joins, such as <c>orders</c>; null for a command of <c>herald</c> itself.</param>
public sealed record ModuleCommand(Command Command, string? Below = null);
