using Herald.Hosting.Commands;
using Herald.StoreBench;

using var interruption = new Interruption();
return await StoreBenchCommandLine.RunAsync(args, Console.Out, Console.Error, TimeProvider.System, interruption.Token);
