using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Herald.Journal.Files;

internal sealed class PosixFile(string path, SafeFileHandle handle) : IJournalFile
{
    public string Path => path;
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> into, long offset)
    {
        var total = 0;
        while (total < into.Length)
        {
            var read = RandomAccess.Read(handle, into[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }
        return total;
    }

    public unsafe void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var written = Libc.Write(handle, start + done, bytes.Length - done, offset + done);
                if (written > 0)
                    done += written;
                else if (Marshal.GetLastPInvokeError() is var error && (written == 0 || error != Libc.Eintr))
                    throw Failure("write", error);
            }
        }
    }

    public bool TryAllocate(long offset, long length)
    {
        int error;
        do
            error = Libc.Allocate(handle, offset, length);
        while (error == Libc.Eintr);
        switch (error)
        {
            case 0:
                return true;
            case Libc.Enospc or Libc.Edquot:
                return false;
            // This file system cannot reserve space. The file only becomes longer, and a full disk shows itself at a later write.
            case Libc.Eopnotsupp or Libc.Einval:
                if (Length < offset + length)
                    Truncate(offset + length);
                return true;
            default:
                throw Failure("allocate", error);
        }
    }

    public bool TryFree(long offset, long length)
    {
        const int PunchHole = 2, KeepSize = 1;
        while (Libc.Fallocate(handle, PunchHole | KeepSize, offset, length) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.Eintr:
                    continue;
                case Libc.Eopnotsupp or Libc.Enosys or Libc.Einval:
                    return false;
                case var error:
                    throw Failure("free", error);
            }
        }
        return true;
    }

    public void Truncate(long length)
    {
        if (Libc.Truncate(handle, length) != 0)
            throw Failure("truncate", Marshal.GetLastPInvokeError());
    }

    public void Sync()
    {
        if (Libc.SyncData(handle) != 0)
            throw Failure("fdatasync", Marshal.GetLastPInvokeError());
    }

    public void Dispose() => handle.Dispose();

    private JournalFileException Failure(string operation, int error) => new(operation, path, error);
}
