using Herald.Lab.Benches.Machines;
using Xunit;

namespace Herald.Lab.Tests.Benches.Machines;

public sealed class FileSystemTests
{
    [Theory]
    [InlineData(0x01021994, true)] // tmpfs
    [InlineData(0x858458F6, true)] // ramfs
    [InlineData(0xEF53, false)] // ext4
    [InlineData(0x58465342, false)] // xfs
    [InlineData(0x794C7630, false)] // overlayfs
    public void Memory_is_told_by_the_kind_of_the_file_system(long kind, bool isInMemory) => Assert.Equal(isInMemory, FileSystem.IsInMemory(kind));

    [Fact]
    public void The_kind_is_asked_of_the_system()
    {
        Assert.True(FileSystem.IsInMemory(new DirectoryInfo("/dev/shm")));
        Assert.False(FileSystem.IsInMemory(new DirectoryInfo("/proc")));
        Assert.Throws<IOException>(() => FileSystem.IsInMemory(new DirectoryInfo("/nothing/here")));
    }
}
