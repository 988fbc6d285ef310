using Herald.Lab.Benches.Machines;

namespace Herald.Lab.Benches.Rounds;

/// <summary>A directory of its own for a run, on a real disk. It is removed at the end.</summary>
internal sealed class BenchDirectory : IDisposable
{
    private BenchDirectory(DirectoryInfo path) => Path = path;

    public DirectoryInfo Path { get; }

    /// <param name="parent">The directory that the user chose; null for a directory for temporary files that is not in memory.</param>
    /// <exception cref="BenchException">The directory would be in memory, or cannot be created.</exception>
    public static BenchDirectory Create(DirectoryInfo? parent)
    {
        try
        {
            var chosen = parent ?? Usual().FirstOrDefault(usual => usual.Exists && !FileSystem.IsInMemory(usual))
                ?? throw new BenchException(
                    $"{string.Join(" and ", Usual().Select(usual => usual.FullName))} are RAM disks, where an fsync costs nothing. "
                        + "Choose a directory on a real disk with --data DIR.");
            if (!chosen.Exists)
                throw new BenchException($"--data {chosen.FullName}: the directory does not exist.");
            if (FileSystem.IsInMemory(chosen))
                throw new BenchException(
                    $"--data {chosen.FullName}: the directory is on a RAM disk, where an fsync costs nothing. Choose one on a real disk.");
            return new(Directory.CreateDirectory(System.IO.Path.Combine(chosen.FullName, $"herald-bench-{Guid.CreateVersion7():n}")));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"The directory to measure in cannot be created: {failure.Message} Choose one with --data DIR.");
        }
    }

    public DirectoryInfo Sub(string name) => Path.CreateSubdirectory(name);

    public void Dispose() => Path.Delete(recursive: true);

    private static IEnumerable<DirectoryInfo> Usual() => [new(System.IO.Path.GetTempPath()), new("/var/tmp")];
}
