using Herald.Mutants;

return await MutantsCommandLine.RunAsync(args, Directory.GetCurrentDirectory(), Console.Out, Console.Error, TimeProvider.System, CancellationToken.None);
