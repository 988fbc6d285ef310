using System.Globalization;
using System.Runtime.InteropServices;
using Herald.Journal.Files;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Herald.Journal.Tests.Files;

/// <summary>Failures of the real system calls are reported with their true cause.</summary>
public sealed partial class PosixFilesTests : IDisposable
{
    // A device that is always full. Because it is not a file, allocating, truncating and syncing it are errors.
    private const string Full = "/dev/full";
    private const int Enoent = 2, Einval = 22, Enospc = 28;

    private readonly PosixFiles _files = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("herald-files-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_write_without_room_says_so_with_file_and_error()
    {
        using var file = _files.Open(Full, create: false);
        var failure = Assert.Throws<JournalFileException>(() => file.Write(new byte[10], 0));
        Assert.Equal(("write", Full, Enospc), (failure.Operation, failure.Path, failure.Error));
        Assert.Contains($"write of '{Full}' failed", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A process that is being started has copies of all handles until it runs its own program.</summary>
    [Fact]
    public void A_released_lock_is_free_although_a_copy_of_its_handle_is_open()
    {
        var held = _files.Lock(_directory.FullName);
        var handle = Directory.EnumerateFiles("/proc/self/fd").First(link => new FileInfo(link).LinkTarget == Path.Combine(_directory.FullName, "lock"));
        using var copy = Duplicate(int.Parse(Path.GetFileName(handle), CultureInfo.InvariantCulture));
        Assert.Throws<JournalInUseException>(() => _files.Lock(_directory.FullName));
        held.Dispose();
        _files.Lock(_directory.FullName).Dispose();
        Assert.False(copy.IsInvalid);
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial SafeFileHandle Duplicate(int handle);

    [Fact]
    public void A_sync_that_fails_is_a_failure_though_the_runtime_would_hide_it()
    {
        using var file = _files.Open(Full, create: false);
        var failure = Assert.Throws<JournalFileException>(file.Sync);
        Assert.Equal(("fdatasync", Einval), (failure.Operation, failure.Error));
    }

    [Fact]
    public void What_cannot_be_allocated_or_truncated_is_a_failure()
    {
        using var file = _files.Open(Full, create: false);
        Assert.Equal("allocate", Assert.Throws<JournalFileException>(() => file.TryAllocate(0, 4096)).Operation);
        Assert.Equal("truncate", Assert.Throws<JournalFileException>(() => file.Truncate(10)).Operation);
    }

    [Fact]
    public void A_directory_that_is_not_there_cannot_be_synced_or_locked()
    {
        var missing = Path.Combine(_directory.FullName, "missing");
        Assert.Equal(("open", Enoent), Of(Assert.Throws<JournalFileException>(() => _files.SyncDirectory(missing))));
        Assert.Equal(("open", Enoent), Of(Assert.Throws<JournalFileException>(() => _files.Lock(missing))));

        static (string, int) Of(JournalFileException failure) => (failure.Operation, failure.Error);
    }

    [Fact]
    public void A_file_has_the_room_it_was_allocated_and_reads_as_it_was_written()
    {
        using var file = _files.Open(Path.Combine(_directory.FullName, "file"), create: true);
        Assert.True(file.TryAllocate(0, 8192));
        Assert.Equal(8192, file.Length);
        file.Write("hello"u8, 4094);
        file.Sync();
        var bytes = new byte[10];
        Assert.Equal(10, file.Read(bytes, 4092));
        Assert.Equal([0, 0, .. "hello"u8, 0, 0, 0], bytes);
        Assert.Equal(2, file.Read(bytes, 8190));
        file.Truncate(4096);
        Assert.Equal(0, file.Read(bytes, 4096));
    }
}
