using System.Net;
using Herald.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Herald.Server.Tests.Http;

/// <summary>What an operator reads when a server starts and stops.</summary>
public sealed class StartAndStopTests
{
    [Fact]
    public async Task A_port_in_use_is_told_once_and_without_a_stack()
    {
        await using var first = await RunningServer.StartAsync();
        var log = new WarningsKept();
        await using var second = new RunningServer
        {
            With = options => options.With<ServerOptions>(server => server with { Listen = [$"127.0.0.1:{first.Address.Port}"] }),
            Logging = log,
        };
        var refusal = await Assert.ThrowsAsync<ServerStartException>(async () => await second.InitializeAsync());
        Assert.StartsWith($"--listen 127.0.0.1:{first.Address.Port}: another program uses this port.", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(log.Lines);
        Assert.False(Directory.Exists(second.Directory), "A start that was refused has left a data directory behind.");
    }

    [Fact]
    public async Task The_start_says_which_store_it_uses_and_what_is_in_it()
    {
        var log = new WarningsKept(LogLevel.Information);
        await using var server = new RunningServer { Logging = log };
        await server.InitializeAsync();
        Assert.Contains($"The data directory '{server.Directory}' is new: the store is empty.", log.Lines);
        await PublishAsync(server, 3);
        await server.Server.DisposeAsync();
        await using (await HeraldServer.StartAsync(new() { Modules = RunningServer.Modules, Options = RunningServer.Options(server.Directory), Logging = log }, RunningServer.Cancel))
            Assert.Contains($"The data directory '{server.Directory}' has 1 topics, 0 subscriptions and 3 events.", log.Lines);
    }

    [Fact]
    public async Task A_clean_stop_says_so_and_the_next_start_has_nothing_to_recover()
    {
        var log = new WarningsKept(LogLevel.Information);
        await using var server = new RunningServer { Logging = log };
        await server.InitializeAsync();
        await PublishAsync(server, 3);
        await server.Server.DisposeAsync();
        Assert.Single(log.Lines, line => line.StartsWith("Stopped, and all progress is saved. 0 attempts were in flight", StringComparison.Ordinal));
        await using (await HeraldServer.StartAsync(new() { Modules = RunningServer.Modules, Options = RunningServer.Options(server.Directory), Logging = log }, RunningServer.Cancel))
            Assert.DoesNotContain(log.Lines, line => line.Contains("Recovered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_process_that_was_killed_the_start_says_what_was_recovered()
    {
        await using var server = await RunningServer.StartAsync();
        await PublishAsync(server, 3);
        var log = new WarningsKept(LogLevel.Information);
        await using var next = new RunningServer { Logging = log };
        // What a killed process leaves is what its files contain at that moment. Its lock ends with it.
        foreach (var file in Directory.EnumerateFiles(server.Directory, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            var copy = Path.Combine(next.Directory, Path.GetRelativePath(server.Directory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        await next.InitializeAsync();
        var told = Assert.Single(log.Lines, line => line.Contains("Recovered", StringComparison.Ordinal));
        Assert.Matches("^The last process did not stop cleanly. Recovered 3 events \\([0-9,]+ bytes\\) written since its last checkpoint.", told);
    }

    private static async Task PublishAsync(RunningServer server, int events)
    {
        var topic = await server.NewTopicAsync();
        for (var i = 0; i < events; i++)
            Assert.Equal(HttpStatusCode.Accepted, (await server.PublishAsync(topic, $$"""{"payload":{{i}}}""")).Status);
    }
}
