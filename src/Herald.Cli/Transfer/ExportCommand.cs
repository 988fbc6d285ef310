using System.CommandLine;
using Herald.Engine.Transfer;
using Herald.Hosting.Commands;
using Herald.Server;

namespace Herald.Cli.Transfer;

/// <summary><c>herald export</c>: writes a store that is not in use into one file.</summary>
internal static class ExportCommand
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Command Create(ModuleSet modules, TimeProvider time)
    {
        var path = new Argument<string>("FILE") { Description = "The file to write, or - for the standard output." };
        var force = new Option<bool>("--force") { Description = "Replace the file if it exists." };
        return new MovingCommand(
            "export",
            $"Writes the whole store into a file for `{OwnCommand.With("import")}`. Stop the server first. The file contains the "
                + "secrets of subscriptions.",
            "herald export herald.export --data /var/lib/herald",
            "herald export herald.export --store postgres --connection postgres://herald@db.example/herald")
        { path, force }
        .Runs(modules, time, async call =>
        {
            var file = call.Parsed.GetRequiredValue(path);
            if (file is not "-" && File.Exists(file) && !call.Parsed.GetValue(force))
                return call.Terminal.Fail(ExitCode.Refused, $"'{file}' exists already. Choose another name, or replace it with --force.");
            var began = time.GetTimestamp();
            var (tally, unread) = file is "-" ? await ExportAsync(call, time) : await ExportAsync(call, file, time);
            MoveSummary.Write(
                file is "-" ? call.Terminal.Error : call.Terminal.Out, call.Terminal.Json, "exported", tally, time.GetElapsedTime(began));
            return unread.Count == 0 ? ExitCode.Ok : call.Terminal.Fail(ExitCode.Failed, Describe(unread));
        });
    }

    private static async Task<(MoveTally, UnreadItems)> ExportAsync(MovingCall call, TimeProvider time)
    {
        await using var output = Console.OpenStandardOutput();
        return await ExportAsync(call, output, time);
    }

    /// <summary>The file has a temporary name until it is complete and durable.</summary>
    private static async Task<(MoveTally, UnreadItems)> ExportAsync(MovingCall call, string path, TimeProvider time)
    {
        var temporary = path + ".part";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            (MoveTally, UnreadItems) exported;
            await using (var output = new FileStream(temporary, options))
            {
                exported = await ExportAsync(call, output, time);
                output.Flush(flushToDisk: true);
            }
            DurableRename.Run(temporary, path);
            return exported;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static async Task<(MoveTally, UnreadItems)> ExportAsync(MovingCall call, Stream output, TimeProvider time)
    {
        await using var source = await call.Store.OpenSourceAsync(call.Context, call.Cancel);
        await using var file = new ExportFileWriter(output);
        await MoveProgress.ShowAsync(
            "exporting", source.Shape.Events, () => file.Tally?[MoveSection.Events] ?? 0, call.Terminal.Json, time,
            StoreMove.RunAsync(source, file, call.Cancel));
        return (file.Tally!, source.Unread);
    }

    private static string Describe(UnreadItems unread) =>
        $"{unread.Count} {(unread.Count == 1 ? "item" : "items")} could not be read; everything else is in the file: {string.Join(", ", unread.Named)}"
        + (unread.Count > unread.Named.Count ? $" and {unread.Count - unread.Named.Count} more." : ".")
        + " An event that could not be read is in the file without its record, and the import makes it a dead letter.";
}
