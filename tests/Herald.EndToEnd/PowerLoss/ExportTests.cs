using Herald.Lab.Processes;
using Xunit;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>Somebody may delete the store as soon as it is exported.</summary>
public sealed class ExportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_exported_file_is_there_when_all_that_was_not_synced_is_lost()
    {
        await using var disk = await RecordedDisk.MountAsync(new DiskContent(), Cancel);
        var folder = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            string[] data = ["--data", folder.FullName];
            await using (await ServerProcess.StartAsync([.. data, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel))
            {
            }
            var file = Path.Combine(disk.Root, "exported");
            var run = await HeraldRun.OfAsync(null, Cancel, ["export", file, .. data]);
            Assert.True(run.Code == 0, run.Error);
            var written = await File.ReadAllBytesAsync(file, Cancel);
            var left = disk.After(disk.Records(), long.MaxValue, SyncLie.None, Fate.Nothing, new Random(0));
            var (path, bytes) = Assert.Single(left.All);
            Assert.Equal("exported", path);
            Assert.Equal(written, bytes);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
