using System.Diagnostics;
using Herald.TestKit.Databases;
using Xunit;

namespace Herald.Postgres.Tests.Databases;

public sealed class KilledProcessTests
{
    private const string Ready = "Its folder is ";

    [Fact]
    public async Task Nothing_is_left_of_a_server_whose_process_was_killed()
    {
        var cancel = TestContext.Current.CancellationToken;
        // Skips the test when PostgreSQL is not installed.
        await PostgresServer.SharedAsync();
        using var process = Process.Start(new ProcessStartInfo(
            Path.ChangeExtension(typeof(KilledProcessTests).Assembly.Location, null), ["-noColor", "-explicit", "only", "-method", $"*{nameof(Waits_to_be_killed)}"])
        {
            RedirectStandardOutput = true,
        })!;
        string? line;
        do
            line = await process.StandardOutput.ReadLineAsync(cancel);
        while (line?.StartsWith(Ready, StringComparison.Ordinal) == false);
        var folder = Assert.IsType<string>(line)[Ready.Length..];
        Assert.True(Directory.Exists(folder));

        process.Kill();
        await process.WaitForExitAsync(cancel);
        while (Directory.Exists(folder))
            await Task.Yield();
    }

    /// <summary>Runs in the other process.</summary>
    [Fact(Explicit = true)]
    public async Task Waits_to_be_killed()
    {
        await using var server = await PostgresServer.StartAsync();
        Console.WriteLine($"{Ready}{server.SocketFolder}");
        await Task.Delay(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Fail("Nobody has killed it.");
    }
}
