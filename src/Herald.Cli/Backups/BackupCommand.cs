using System.CommandLine;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;

namespace Herald.Cli.Backups;

/// <summary><c>herald backup</c></summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("directory") { Description = "Where the copy goes, on the server's machine: new or empty." };
        return new ClientCommand(
            "backup", "Copies the store while the server runs; start a server on the copy to restore it.", "herald backup /var/backups/herald-2026-01-31") { directory }
            .Runs(async call => call.Terminal.Show(
                await call.Client.PostAsync("/v1/backup", new JsonObject { ["directory"] = Path.GetFullPath(call.Get(directory)) }, call.Cancel),
                $"Copied to {Path.GetFullPath(call.Get(directory))}."));
    }
}
