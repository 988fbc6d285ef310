using Herald.Cli.CommandLine;
using Herald.Hosting.Commands;
using Herald.Kafka.Clusters;

BuiltInLibrary.Register(typeof(HeraldCommandLine).Assembly);
using var interruption = new Interruption();
return await HeraldCommandLine.RunAsync(args, Console.Out, Console.Error, TimeProvider.System, interruption.Token);
