using System.Text.Json;
using Xunit;

namespace Herald.StoreBench.Tests;

public sealed class StoreBenchCommandLineTests : IDisposable
{
    private readonly StringWriter _output = new(), _errors = new();

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public async Task A_run_prints_a_table_and_writes_the_figures_of_every_store()
    {
        using var directory = new TemporaryDirectory();
        var data = Directory.CreateDirectory(Path.Combine(directory.Path, "data"));
        var json = Path.Combine(directory.Path, "stores.json");

        Assert.Equal(0, await RunAsync("--seconds", "0.05", "--rounds", "1", "--groups", "1,3", "--writers", "4", "--data", data.FullName, "--json", json));

        Assert.Contains("4 writers, 3 events a write, 1 rounds of 0.05 s", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("store-bench: 1 events a write: round 1 of 1, sqlite", _errors.ToString(), StringComparison.Ordinal);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var rows = report.RootElement.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(
            [
                "journal 1", "rocksdb 1", "sqlite 1", "file 1", "written-file 1", "journal 3", "rocksdb 3", "sqlite 3", "file 3", "written-file 3",
            ],
            rows.Select(row => $"{row.GetProperty("store")} {row.GetProperty("events_per_write")}"));
        Assert.All(rows, row => Assert.True(row.GetProperty("events_per_s").GetProperty("median").GetDouble() > 0));
        Assert.Empty(data.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task An_interrupted_run_removes_its_directory()
    {
        using var directory = new TemporaryDirectory();
        using var interruption = new CancellationTokenSource();
        using var errors = new InterruptingWriter("round 1 of 1", interruption);

        var code = await StoreBenchCommandLine.RunAsync(
            ["--seconds", "0.05", "--rounds", "1", "--stores", "journal", "--data", directory.Path], _output, errors, TimeProvider.System, interruption.Token);

        Assert.Equal(130, code);
        Assert.Contains("interrupted", errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData("--stores journal,oracle", "--stores oracle: there is no such store. The stores are: journal, rocksdb, sqlite, file, written-file.")]
    [InlineData("--groups 1,0", "--groups 0: must be 1 to 10000.")]
    [InlineData("--seconds 0", "--seconds 0: must be 0.05 to 3600.")]
    [InlineData("--rounds 0", "--rounds 0: must be 1 to 1000.")]
    [InlineData("--writers 5000", "--writers 5000: must be 1 to 4096.")]
    public async Task A_wrong_option_is_told_with_its_value(string options, string message)
    {
        Assert.Equal(2, await RunAsync(options.Split(' ')));
        Assert.Contains(message, _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_does_not_exist_is_told()
    {
        Assert.Equal(1, await RunAsync("--data", "/nowhere/at/all"));
        Assert.Equal($"store-bench: --data /nowhere/at/all: the directory does not exist.{Environment.NewLine}", _errors.ToString());
    }

    [Fact]
    public async Task Help_shows_examples()
    {
        Assert.Equal(0, await RunAsync("--help"));
        Assert.Contains("store-bench --seconds 10 --rounds 7 --json stores.json", _output.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] arguments) =>
        StoreBenchCommandLine.RunAsync(arguments, _output, _errors, TimeProvider.System, TestContext.Current.CancellationToken);
}
