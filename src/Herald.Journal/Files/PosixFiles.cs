using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Herald.Journal.Files;

internal sealed class PosixFiles : IJournalFiles
{
    private const int OwnerReadWrite = 0x180; // 0600
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException(
                "The journal needs a POSIX system, because it uses fdatasync, posix_fallocate and flock.");
        Directory.CreateDirectory(path, OwnerOnly);
    }

    public IReadOnlyList<string> List(string directory) => Directory.Exists(directory) ? Directory.GetFiles(directory) : [];

    public bool Exists(string path) => File.Exists(path);

    public UnixFileMode ModeOf(string directory) => OperatingSystem.IsWindows() ? OwnerOnly : File.GetUnixFileMode(directory);

    /// <summary>
    /// Makes the file accessible to its owner only, because it holds secrets. Also restricts a file that an earlier version created under
    /// the umask.
    /// </summary>
    public IJournalFile Open(string path, bool create)
    {
        if (create)
        {
            // The runtime would create a file that everyone can read, if the umask allows it.
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
            // The file belongs to another user, and this user has write access only. Its owner must change the mode.
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
        // The runtime would take a lock of its own on a file that it opens.
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
        return new HeldLock(handle);
    }

    private sealed class HeldLock(SafeFileHandle handle) : IDisposable
    {
        /// <summary>
        /// Releases the lock and closes the file. To close it is not enough: a process that is being started has a copy of the handle until
        /// it runs its own program, and the lock would last as long.
        /// </summary>
        public void Dispose()
        {
            if (!handle.IsClosed)
                _ = Libc.Lock(handle, Libc.LockRelease);
            handle.Dispose();
        }
    }
}
