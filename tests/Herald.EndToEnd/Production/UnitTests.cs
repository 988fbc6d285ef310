using Xunit;

namespace Herald.EndToEnd.Production;

/// <summary>The systemd units of docs/production.md.</summary>
public sealed class UnitTests
{
    private const string Command = "/usr/local/bin/herald serve --config /etc/herald/herald.json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Systemd_accepts_the_unit()
    {
        var folder = Directory.CreateTempSubdirectory("herald-unit-");
        try
        {
            var unit = Path.Combine(folder.FullName, "herald.service");
            var text = await ProductionPage.ReadUnitAsync(Cancel);
            await File.WriteAllTextAsync(
                unit, ProductionPage.Replace(text, ("/usr/local/bin/herald", Path.Combine(AppContext.BaseDirectory, "herald"))), Cancel);
            await AssertVerifiedAsync(folder.FullName, unit, "");

            // The test must see what systemd finds.
            await File.WriteAllTextAsync(unit, text.Replace("RestartSec=1", "RestartSecs=1", StringComparison.Ordinal), Cancel);
            await AssertVerifiedAsync(folder.FullName, unit, "RestartSecs");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("herald-backup.service", "Type=oneshot", "Typ=oneshot", "Typ")]
    [InlineData("herald-backup.timer", "Persistent=true", "Persistant=true", "Persistant")]
    public async Task Systemd_accepts_the_units_of_backups(string name, string right, string wrong, string complaint)
    {
        var folder = Directory.CreateTempSubdirectory("herald-unit-");
        try
        {
            // The timer needs its service beside it, and the service needs a program that exists.
            var service = await ProductionPage.ReadFileAsync("/etc/systemd/system/herald-backup.service", Cancel);
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "herald-backup.service"), ProductionPage.Replace(service, (BackupScript.Path, "/bin/true")), Cancel);
            var unit = Path.Combine(folder.FullName, name);
            if (!File.Exists(unit))
                await File.WriteAllTextAsync(unit, await ProductionPage.ReadFileAsync($"/etc/systemd/system/{name}", Cancel), Cancel);
            await AssertVerifiedAsync(folder.FullName, unit, "");

            var text = await File.ReadAllTextAsync(unit, Cancel);
            await File.WriteAllTextAsync(unit, ProductionPage.Replace(text, (right, wrong)), Cancel);
            await AssertVerifiedAsync(folder.FullName, unit, complaint);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_unit_starts_Herald_with_the_settings_of_the_page()
    {
        Assert.Contains($"ExecStart={Command}\n", await ProductionPage.ReadUnitAsync(Cancel), StringComparison.Ordinal);
        var settings = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(settings, await ProductionPage.ReadSettingsAsync(Cancel), Cancel);
            var shown = await HeraldRun.OfAsync(null, Cancel, "config", "--config", settings);
            Assert.True(shown.Code == 0, shown.Error);
            foreach (var value in (string[])["/var/lib/herald", "/etc/herald/token", "requireToken"])
                Assert.Contains(value, shown.Out, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(settings);
        }
    }

    /// <param name="complaint">A part of what systemd says of the unit; empty when it must say nothing.</param>
    private static async Task AssertVerifiedAsync(string folder, string unit, string complaint)
    {
        await using var program = OtherProgram.TryStart(folder, "systemd-analyze", ["verify", "--man=no", unit]);
        Assert.SkipWhen(program is null, "THE UNIT OF docs/production.md WAS NOT CHECKED: there is no systemd-analyze here. Install systemd.");
        await program!.EndAsync(Cancel);
        // It also complains of other units of the machine, and its exit code is then not that of this unit.
        var said = string.Join('\n', program.Output.Split('\n').Where(line => line.Contains(Path.GetFileName(unit), StringComparison.Ordinal)));
        if (complaint.Length == 0)
            Assert.Equal("", said);
        else
            Assert.Contains(complaint, said, StringComparison.Ordinal);
    }
}
