using Herald.Lab.Benches;
using Herald.Lab.Benches.Rounds;
using Xunit;

namespace Herald.Lab.Tests.Benches.Rounds;

public sealed class BenchDirectoryTests
{
    [Fact]
    public void It_is_new_and_goes_with_all_that_is_in_it()
    {
        var parent = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            File.WriteAllText(Path.Combine(parent.FullName, "mine"), "");
            using (var directory = BenchDirectory.Create(parent))
                File.WriteAllText(Path.Combine(directory.Sub("herald").FullName, "log"), "");
            Assert.Equal("mine", Assert.Single(parent.GetFileSystemInfos()).Name);
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_RAM_disk_is_refused_and_what_to_do_is_said()
    {
        var refusal = Assert.Throws<BenchException>(() => BenchDirectory.Create(new DirectoryInfo("/dev/shm")));
        Assert.Equal("--data /dev/shm: the directory is on a RAM disk, where an fsync costs nothing. Choose one on a real disk.", refusal.Message);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_refused() =>
        Assert.Throws<BenchException>(() => BenchDirectory.Create(new DirectoryInfo("/nothing/here")));
}
