using System.CommandLine;
using Herald.Engine.Transfer;
using Herald.Hosting.Commands;
using Herald.Server;

namespace Herald.Cli.Transfer;

/// <summary><c>herald import</c>: creates a store from an exported file.</summary>
internal static class ImportCommand
{
    public static Command Create(ModuleSet modules, TimeProvider time)
    {
        var path = new Argument<string>("FILE")
        {
            Description = $"A file that `{OwnCommand.With("export")}` wrote, or - for the standard input.",
        };
        return new MovingCommand(
            "import",
            $"Creates a new store from a file of `{OwnCommand.With("export")}`, with the same number of shards. An import that was "
                + "interrupted can be started again.",
            "herald import herald.export --store postgres --connection postgres://herald@db.example/herald",
            "herald import herald.export --data /var/lib/herald")
        { path }
        .Runs(modules, time, async call =>
        {
            var file = call.Parsed.GetRequiredValue(path);
            if (file is not "-" && !File.Exists(file))
                return call.Terminal.Fail(ExitCode.NotFound, $"The file '{file}' does not exist.");
            await using var input = file is "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            return await ImportAsync(call, input, file is "-" ? null : input.Length, time);
        });
    }

    private static async Task<ExitCode> ImportAsync(MovingCall call, Stream input, long? length, TimeProvider time)
    {
        var began = time.GetTimestamp();
        await using var file = await ExportFileReader.OpenAsync(input, call.Cancel);
        await using var target = await call.Store.OpenTargetAsync(call.Context, call.Cancel);
        await MoveProgress.ShowAsync(
            "importing", length, () => file.Bytes, call.Terminal.Json, time, StoreMove.RunAsync(file, target, call.Cancel));
        MoveSummary.Write(call.Terminal.Out, call.Terminal.Json, "imported", file.Tally, time.GetElapsedTime(began));
        return ExitCode.Ok;
    }
}
