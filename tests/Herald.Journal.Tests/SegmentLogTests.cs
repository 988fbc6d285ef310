using Herald.Journal.Files;
using Herald.Journal.Frames;
using Herald.Journal.Segments;
using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests;

public sealed class SegmentLogTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("herald-segments-");
    private readonly SegmentLog _log;

    public SegmentLogTests()
    {
        var (files, paths) = (new PosixFiles(), new JournalPaths(_directory.FullName));
        files.CreateDirectory(paths.Log);
        var options = new JournalOptions { Directory = _directory.FullName, SegmentBytes = 16 << 10, MinFreeBytes = 0 };
        _log = new SegmentLog(files, paths, options, new DiskSpace(files, options), Guid.NewGuid(), shards: 1);
        Assert.True(_log.TryRoll(100, firstFrame: 1, useReserve: false));
        Assert.True(_log.TryRoll(100, firstFrame: 2, useReserve: false));
    }

    public void Dispose()
    {
        _log.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void What_lay_in_a_segment_that_was_given_up_is_gone_and_no_damage()
    {
        var at = new Location(1, SegmentHeader.Length);
        Assert.True(_log.TryRead(at, new byte[10]));
        var held = _log.Find(1)!;
        _log.RemoveOldest();
        Assert.False(_log.TryRead(at, new byte[10]));
        Assert.False(_log.TryRead(new Location(77, 0), new byte[10]));
        // A reader can have found the segment just before.
        Assert.Throws<ObjectDisposedException>(() => held.File.Read(new byte[10], 0));
    }

    [Fact]
    public void An_entry_that_would_go_on_behind_the_end_of_its_file_is_damage()
    {
        var damaged = Assert.Throws<JournalDamagedException>(() => _log.TryRead(new Location(2, (16 << 10) - 5), new byte[10]));
        Assert.Equal((_log.PathOf(2), (16 << 10) - 5), (damaged.File, damaged.Offset));
    }

    [Fact]
    public void Zeros_are_written_ahead_once_for_many_small_frames_and_never_behind_a_large_one()
    {
        const int Small = 1 << 10, Large = 128 << 10;
        var files = new FaultyFiles();
        var (paths, options) = (new JournalPaths("/log"), new JournalOptions { Directory = "/log", SegmentBytes = 1 << 20, MinFreeBytes = 0 });
        using var log = new SegmentLog(files, paths, options, new DiskSpace(files, options), Guid.NewGuid(), shards: 1);
        Assert.True(log.TryRoll(100, firstFrame: 1, useReserve: false));

        Assert.Equal(2, Writes(Small));
        Assert.Equal(1, Writes(Small));
        Assert.Equal(1, Writes(Large));
        Assert.Equal(1, Writes(Large));
        Assert.Equal(2, Writes(Small));
        Assert.Equal(1, Writes(Small));

        int Writes(int bytes)
        {
            var before = files.Operations;
            log.Write(new byte[bytes]);
            log.Offset += bytes;
            return files.Operations - before;
        }
    }
}
