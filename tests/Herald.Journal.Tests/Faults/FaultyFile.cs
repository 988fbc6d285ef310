using Herald.Journal.Files;

namespace Herald.Journal.Tests.Faults;

internal sealed class FaultyFile(FaultyFiles files, string path, FaultyNode node) : IJournalFile
{
    public string Path => path;

    public long Length
    {
        get
        {
            lock (files.Gate)
                return node.Live.LongLength;
        }
    }

    public int Read(Span<byte> into, long offset)
    {
        lock (files.Gate)
        {
            files.FailIfNext("read", path);
            var count = (int)Math.Clamp(node.Live.LongLength - offset, 0, into.Length);
            node.Live.AsSpan((int)Math.Min(offset, node.Live.LongLength), count).CopyTo(into);
            return count;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        lock (files.Gate)
        {
            var hadCrashed = files.HasCrashed;
            try
            {
                files.Begin("write", path);
            }
            catch (JournalFileException)
            {
                // The write during which the power fails may have been on its way to the disk. A write that fails otherwise is carried out
                // in part.
                if (files.HasCrashed && !hadCrashed && !files.IsOnlyKilled)
                    node.Hand(files.NextChange(), offset, bytes);
                else if (!files.HasCrashed)
                    node.Write(files.NextChange(), offset, bytes[..(bytes.Length / 2)]);
                throw;
            }
            files.TakeRoom(path, node.Missing(offset + bytes.Length));
            node.Write(files.NextChange(), offset, bytes);
        }
    }

    public bool TryAllocate(long offset, long length)
    {
        lock (files.Gate)
        {
            files.Begin("allocate", path);
            if (!files.TryTakeRoom(node.Missing(offset + length)))
                return false;
            if (node.Live.LongLength < offset + length)
                node.Resize(files.NextChange(), offset + length);
            return true;
        }
    }

    /// <summary>Writes zeros, which can reach the disk in part. The freed room is not counted here.</summary>
    public bool TryFree(long offset, long length)
    {
        lock (files.Gate)
        {
            files.Begin("free", path);
            node.Write(files.NextChange(), offset, new byte[length]);
            return true;
        }
    }

    public void Truncate(long length)
    {
        lock (files.Gate)
        {
            files.Begin("truncate", path);
            files.Free += Math.Max(0, node.Allocated - length);
            node.Resize(files.NextChange(), length);
        }
    }

    public void Sync()
    {
        files.Before("fdatasync", path);
        lock (files.Gate)
        {
            try
            {
                files.Begin("fdatasync", path);
            }
            catch (JournalFileException) when (!files.HasCrashed)
            {
                node.FailToSync();
                throw;
            }
            node.Sync();
        }
    }

    public void Dispose()
    {
    }
}
