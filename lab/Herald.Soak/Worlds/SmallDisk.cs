using System.Diagnostics;

namespace Herald.Soak.Worlds;

/// <summary>
/// A file system of its own for the data of the database. It is a mounted image file, so that synced data is on the disk of this machine
/// and the file system can be full. A shell unmounts it when this process ends, in whatever way.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Size = "12G";
    private const int Block = 64 << 10;

    // The guard of the database ends the database. This shell waits for that before it unmounts.
    private const string Script = """
        trap '' HUP INT TERM
        cat >/dev/null
        for i in $(seq 60); do
            [ -e "$1/postmaster.pid" ] && sleep 0.5
        done
        umount -l "$1"
        """;

    private readonly string _place;
    private readonly Process _guard;

    private SmallDisk(string place)
    {
        _place = place;
        string[] words = ["setsid", "sh", "-c", Script, "sh", place];
        _guard = Process.Start(new ProcessStartInfo("/usr/bin/env", words) { RedirectStandardInput = true, WorkingDirectory = "/" })!;
    }

    private string Ballast => Path.Combine(_place, "ballast");

    /// <summary>Mounts a disk in place of a folder, and copies the folder's files to it. The files must not be in use meanwhile.</summary>
    /// <returns>The disk, or the reason why there is none.</returns>
    public static async Task<(SmallDisk? Disk, string? Why)> TryMountAsync(string folder)
    {
        if (!Environment.IsPrivilegedProcess)
            return (null, "only root can mount a disk");
        var (image, there) = ($"{folder}.disk", $"{folder}.before");
        var wrong = await Shell.TryAsync("truncate", "-s", Size, image)
            ?? await Shell.TryAsync("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", image)
            ?? await Shell.TryAsync("cp", "-a", folder, there)
            ?? await Shell.TryAsync("mount", "-o", "loop", image, folder);
        File.Delete(image);
        if (wrong is not null)
            return (null, wrong.Trim());
        var disk = new SmallDisk(folder);
        await Shell.RunAsync("cp", "-a", $"{there}/.", folder);
        Directory.Delete(Path.Combine(folder, "lost+found"));
        Directory.Delete(there, recursive: true);
        return (disk, null);
    }

    /// <summary>Fills the disk.</summary>
    public async Task FillAsync()
    {
        // Allocate most of the space at once, and fill the rest by writing.
        await Shell.TryAsync("fallocate", "-l", $"{new DriveInfo(_place).AvailableFreeSpace / Block * Block}", Ballast);
        try
        {
            await using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
            for (var block = new byte[Block]; ;)
                await file.WriteAsync(block);
        }
        catch (IOException)
        {
            // The disk is full.
        }
    }

    public void Empty() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }
}
