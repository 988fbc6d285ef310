using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>A mounted directory whose changes and syncs are recorded. It is a FUSE file system, so no change can pass it by.</summary>
internal sealed class RecordedDisk : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly DiskContent _before;
    private readonly Process _recorder;
    private readonly SafeFileHandle _log;

    private RecordedDisk(DirectoryInfo folder, DiskContent before, Process recorder)
    {
        (_folder, _before, _recorder) = (folder, before, recorder);
        _log = File.OpenHandle(LogIn(folder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    }

    /// <summary>The directory that a program can use.</summary>
    public string Root => RootIn(_folder);

    /// <summary>The length of the log: every call that was answered until now is recorded in front of it.</summary>
    public long Place => RandomAccess.GetLength(_log);

    /// <summary>Skips the test where nothing can be mounted.</summary>
    /// <param name="content">What the disk has from the beginning.</param>
    public static async Task<RecordedDisk> MountAsync(DiskContent content, CancellationToken cancel)
    {
        var program = await Recorder.FindAsync(cancel);
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        var folder = Directory.CreateTempSubdirectory("herald-disk-");
        folder.CreateSubdirectory("backing");
        Directory.CreateDirectory(RootIn(folder), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(BackingIn(folder), File.GetUnixFileMode(RootIn(folder)));
        content.WriteTo(BackingIn(folder));
        var recorder = Process.Start(new ProcessStartInfo(program, [BackingIn(folder), LogIn(folder), RootIn(folder)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        if (await recorder.StandardOutput.ReadLineAsync(cancel) == "ready")
            return new RecordedDisk(folder, content, recorder);
        var reason = await recorder.StandardError.ReadToEndAsync(cancel);
        recorder.Dispose();
        folder.Delete(recursive: true);
        Assert.Skip($"{Recorder.Missing}nothing can be mounted here: {reason}");
        throw new UnreachableException();
    }

    public IReadOnlyList<DiskRecord> Records() => DiskRecord.ReadAll(LogIn(_folder));

    /// <summary>What is left when the power fails at a place of the log.</summary>
    public DiskContent After(IReadOnlyList<DiskRecord> records, long place, SyncLie lie, Fate fate, Random random)
    {
        var disk = Disk.Of(_before, lie);
        foreach (var record in records.TakeWhile(record => record.End <= place))
            disk.Apply(record);
        return disk.After(fate, random);
    }

    /// <summary>Checks that the log holds all that has changed the directory: all its records lead to the same content.</summary>
    public void AssertComplete(IReadOnlyList<DiskRecord> records)
    {
        var replayed = After(records, long.MaxValue, SyncLie.None, Fate.Everything, new Random(0));
        Assert.Null(replayed.DifferenceFrom(DiskContent.ReadFrom(BackingIn(_folder))));
    }

    public async ValueTask DisposeAsync()
    {
        // It unmounts when its input ends.
        _recorder.StandardInput.Close();
        await _recorder.WaitForExitAsync();
        _recorder.Dispose();
        _log.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string BackingIn(DirectoryInfo folder) => Path.Combine(folder.FullName, "backing");

    private static string RootIn(DirectoryInfo folder) => Path.Combine(folder.FullName, "disk");

    private static string LogIn(DirectoryInfo folder) => Path.Combine(folder.FullName, "log");
}
