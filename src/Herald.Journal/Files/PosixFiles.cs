using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Herald.Journal.Files;

internal sealed class PosixFiles : IJournalFiles
{
    private const int OwnerReadWrite = 0x180; // 0600
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("The journal needs a POSIX system: it relies on fdatasync, posix_fallocate and flock.");
        Directory.CreateDirectory(path, OwnerOnly);
    }

    public IReadOnlyList<string> List(string directory) => Directory.Exists(directory) ? Directory.GetFiles(directory) : [];

    public bool Exists(string path) => File.Exists(path);

    public UnixFileMode ModeOf(string directory) => OperatingSystem.IsWindows() ? OwnerOnly : File.GetUnixFileMode(directory);

    /// <summary>For its owner only, also one that was made by a Herald that left that to the umask: it holds secrets.</summary>
    public IJournalFile Open(string path, bool create)
    {
        if (create)
        {
            // Not left to the runtime, which makes files that all may read, as far as the umask allows.
            using var made = Libc.Open(path, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenCloseOnExec, OwnerReadWrite);
            if (made.IsInvalid)
                throw new JournalFileException("open", path, Marshal.GetLastPInvokeError());
        }
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(handle) is var mode && (mode & ~OwnerOnly) != 0)
                File.SetUnixFileMode(handle, mode & OwnerOnly);
        }
        catch (UnauthorizedAccessException)
        {
            // Another's file that this user may write: not this user's to close.
        }
        return new PosixFile(path, handle);
    }

    public void Delete(string path) => File.Delete(path);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void SyncDirectory(string path)
    {
        using var handle = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec, 0);
        if (handle.IsInvalid)
            throw new JournalFileException("open", path, Marshal.GetLastPInvokeError());
        if (Libc.Sync(handle) != 0)
            throw new JournalFileException("fsync", path, Marshal.GetLastPInvokeError());
    }

    public long FreeBytes(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    public IDisposable Lock(string directory)
    {
        var path = Path.Combine(directory, "lock");
        // Not opened by the runtime, which takes a lock of its own on all it opens.
        var handle = Libc.Open(path, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenCloseOnExec, OwnerReadWrite);
        if (handle.IsInvalid)
            throw new JournalFileException("open", path, Marshal.GetLastPInvokeError());
        if (Libc.Lock(handle, Libc.LockExclusive | Libc.LockNonBlocking) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            var holder = new byte[20];
            var length = RandomAccess.Read(handle, holder, 0);
            handle.Dispose();
            if (error != Libc.Ewouldblock)
                throw new JournalFileException("flock", path, error);
            throw new JournalInUseException(directory, Encoding.ASCII.GetString(holder.AsSpan(0, length)).Trim());
        }
        RandomAccess.SetLength(handle, 0);
        RandomAccess.Write(handle, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), 0);
        return handle;
    }
}
