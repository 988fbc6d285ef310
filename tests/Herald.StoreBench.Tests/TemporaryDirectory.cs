namespace Herald.StoreBench.Tests;

/// <summary>A directory that is removed with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("herald-store-bench-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
