using System.Runtime.InteropServices;
using Herald.Lab.Benches.Machines;
using Microsoft.Win32.SafeHandles;

namespace Herald.Lab.Benches.Parts;

/// <summary>
/// The smallest durable program: a file to which everything that arrived during the last sync is appended and synced together.
/// </summary>
internal sealed class GroupAppend : IDisposable
{
    private const int Ahead = 64 << 20;
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly Thread _thread;
    private long _length;
    private long _allocated;

    // Shared with the callers, under the lock.
    private readonly object _lock = new();
    private List<(ReadOnlyMemory<byte> Bytes, TaskCompletionSource Done)> _waiting = [];
    private bool _stopping;

    public GroupAppend(string path)
    {
        _path = path;
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        _thread = new Thread(Run) { Name = "append", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Completes when the bytes are on disk. The caller must not change them before.</summary>
    public Task AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((bytes, done));
            Monitor.Pulse(_lock);
        }
        return done.Task;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Monitor.Pulse(_lock);
        }
        _thread.Join();
        _file.Dispose();
    }

    private void Run()
    {
        List<(ReadOnlyMemory<byte> Bytes, TaskCompletionSource Done)> taken = [];
        while (true)
        {
            lock (_lock)
            {
                while (_waiting.Count == 0 && !_stopping)
                    Monitor.Wait(_lock);
                if (_waiting.Count == 0)
                    return;
                (taken, _waiting) = (_waiting, taken);
            }
            try
            {
                Write([.. taken.Select(one => one.Bytes)]);
                foreach (var (_, done) in taken)
                    done.SetResult();
            }
            catch (IOException failure)
            {
                foreach (var (_, done) in taken)
                    done.SetException(failure);
            }
            taken.Clear();
        }
    }

    /// <summary>Space is allocated in advance, as the journal does it. So a sync does not have to save the file's length as well.</summary>
    private void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var end = _length + parts.Sum(part => (long)part.Length);
        for (; _allocated < end; _allocated += Ahead)
            if (Libc.Allocate(_file, _allocated, Ahead) is not 0 and var error)
                throw new IOException($"{_path}: {Marshal.GetPInvokeErrorMessage(error)}");
        RandomAccess.Write(_file, parts, _length);
        if (Libc.SyncData(_file) != 0)
            throw new IOException($"{_path}: fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}");
        _length = end;
    }
}
