using Herald.Mutants;

var here = Directory.GetCurrentDirectory();
return await MutantsCommandLine.RunAsync(args, here, Console.Out, Console.Error, TimeProvider.System, CancellationToken.None);
