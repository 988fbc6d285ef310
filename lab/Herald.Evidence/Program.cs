using Herald.Evidence;

return await EvidenceCommandLine.RunAsync(
    args, Directory.GetCurrentDirectory(), Console.Out, Console.Error, TimeProvider.System, CancellationToken.None);
