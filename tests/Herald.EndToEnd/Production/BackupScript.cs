using Xunit;

namespace Herald.EndToEnd.Production;

/// <summary>The script and the commands of docs/production.md for backups, in folders of a test.</summary>
internal static class BackupScript
{
    public const string Path = "/usr/local/sbin/herald-backup";

    /// <summary>Makes a backup of the server, as its timer does.</summary>
    public static async Task MakeAsync(Uri server, string backups, string tokenFile, CancellationToken cancel) =>
        await RunAsync(
            ProductionPage.Replace(
                await ProductionPage.ReadFileAsync(Path, cancel), ("/var/backups/herald", backups), ("/etc/herald/token", tokenFile),
                ("/usr/local/bin/herald", System.IO.Path.Combine(AppContext.BaseDirectory, "herald"))),
            backups, server, cancel);

    /// <param name="backup">The name of the backup that the data directory becomes.</param>
    public static async Task RestoreAsync(string backups, string backup, string data, CancellationToken cancel) =>
        await RunAsync(
            // There is no service in a test: its server is stopped and started by the test.
            "systemctl() { :; }\n" + ProductionPage.Replace(
                await ProductionPage.ReadRestoreAsync(cancel), ("/var/backups/herald/2026-01-31T020000Z", System.IO.Path.Combine(backups, backup)),
                ("/var/lib/herald", data)),
            backups, null, cancel);

    private static async Task RunAsync(string script, string folder, Uri? server, CancellationToken cancel)
    {
        (string, string)[] environment = server is null ? [] : [("HERALD_URL", server.ToString())];
        await using var shell = OtherProgram.TryStart(folder, "sh", ["-euc", script], environment)!;
        var code = await shell.EndAsync(cancel);
        Assert.True(code == 0, $"{script}\n{shell.Output}");
    }
}
