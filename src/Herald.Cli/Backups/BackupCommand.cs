using System.CommandLine;
using Herald.Hosting.Commands;

namespace Herald.Cli.Backups;

/// <summary><c>herald backup</c></summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("directory")
        {
            Description = "A new or empty directory for the copy, on the machine of the server. A relative path starts at the present "
                + "directory of this command.",
        };
        return new ClientCommand(
            "backup",
            "Copies the store while the server runs. To restore it, start a server on the copy.",
            "herald backup /var/backups/herald-2026-01-31") { directory }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Operations.BackupAsync(Path.GetFullPath(call.Get(directory)), call.Cancel),
                $"Copied to {Path.GetFullPath(call.Get(directory))}."));
    }
}
