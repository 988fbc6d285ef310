using Herald.Hosting.Commands;
using Herald.Soak;

using var interruption = new Interruption();
return await SoakCommandLine.RunAsync(args, Console.Out, Console.Error, TimeProvider.System, interruption.Token);
