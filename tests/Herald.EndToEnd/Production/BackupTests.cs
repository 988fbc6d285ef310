using Herald.Client;
using Herald.Lab.Processes;
using Xunit;

namespace Herald.EndToEnd.Production;

/// <summary>Backups as docs/production.md sets them up.</summary>
public sealed class BackupTests : IDisposable
{
    private const string Token = "the-token-of-a-test-0123456789";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("herald-test-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.FullName, "data");
    private string Backups => Path.Combine(_folder.FullName, "backups");
    private string TokenFile => Path.Combine(_folder.FullName, "token");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_backup_a_day_is_kept_for_a_week_and_can_be_restored()
    {
        await File.WriteAllTextAsync(TokenFile, Token, Cancel);
        // Those of before, and one that was cut off.
        for (var day = 1; day <= 9; day++)
            Directory.CreateDirectory(Path.Combine(Backups, $"2020-01-0{day}T020000Z", "log"));
        Directory.CreateDirectory(Path.Combine(Backups, "unfinished", "log"));
        await using (var server = await StartAsync())
        {
            using var client = new HeraldClient(server.Address, Token);
            (await client.Topics.PutAsync("orders", cancel: Cancel)).ThrowIfFailed();
            await BackupScript.MakeAsync(server.Address, Backups, TokenFile, Cancel);
            (await client.Topics.PutAsync("later", cancel: Cancel)).ThrowIfFailed();
        }
        var kept = Directory.EnumerateDirectories(Backups).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(7, kept.Count);
        Assert.Equal("2020-01-04T020000Z", kept[0]);
        Assert.Matches("^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z$", kept[^1]);

        await BackupScript.RestoreAsync(Backups, kept[^1], Data, Cancel);
        await using (var restored = await StartAsync())
        {
            using var client = new HeraldClient(restored.Address, Token);
            Assert.Equal(["orders"], (await client.Topics.ListAsync(cancel: Cancel)).Value?.Items.Select(topic => topic.Name));
        }
        // What was there before is kept, for a person to look at. The backup can be used again.
        Assert.True(Directory.Exists($"{Data}.before"));
        Assert.True(Directory.Exists(Path.Combine(Backups, kept[^1])));
    }

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(
        ["--data", Data, "--listen", "127.0.0.1:0", "--token-file", TokenFile], TimeProvider.System, Cancel);
}
