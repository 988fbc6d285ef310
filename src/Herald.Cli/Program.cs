using Herald.Cli.CommandLine;
using Herald.Hosting.Commands;

using var interruption = new Interruption();
return await HeraldCommandLine.RunAsync(args, Console.Out, Console.Error, TimeProvider.System, interruption.Token);
