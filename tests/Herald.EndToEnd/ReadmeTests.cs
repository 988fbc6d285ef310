using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;
using Herald.TestKit;
using Xunit;

namespace Herald.EndToEnd;

/// <summary>Runs the commands of the README: its blocks marked <c>bash</c>, in their order, each in a shell of its own.</summary>
public sealed partial class ReadmeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex(@"^```bash\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex BashBlocks();

    [GeneratedRegex(@"^\./(herald|test)\b(.*)$", RegexOptions.Multiline)]
    private static partial Regex OwnCommands();

    [Fact]
    public async Task The_walk_through_works_as_written()
    {
        var data = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            await using var server = await ServerProcess.StartAsync(["--data", data.FullName, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel);
            var received = new List<string>();
            await using var receiver = await WebhookReceiver.StartAsync(
                "hook", null, new Conduct.Healthy(),
                webhook =>
                {
                    lock (received)
                        received.Add($"{webhook.Headers["herald-event-id"]} {Encoding.UTF8.GetString(webhook.Body.Span)}");
                },
                TimeProvider.System, new Random(1), Cancel);

            var blocks = BashBlocks().Matches(Readme()).Select(block => block.Groups[1].Value).ToList();
            Assert.NotEmpty(blocks);
            foreach (var block in blocks)
                await RunAsync(block
                    .Replace("127.0.0.1:8090", server.Address.Authority, StringComparison.Ordinal)
                    .Replace("127.0.0.1:9000", $"127.0.0.1:{receiver.Port}", StringComparison.Ordinal));

            await Wait.UntilAsync(() => Count(received) == 2, TimeSpan.FromSeconds(20), () => $"Received: {string.Join(", ", received)}", Cancel);
            Assert.Equal(["order-17-1 {\"amount\": 30}", "order-17-2 {\"amount\": 30}"], received);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Every_command_it_names_is_one()
    {
        var commands = OwnCommands().Matches(Readme()).Where(command => command.Groups[1].Value == "herald").Select(command => command.Groups[2].Value.Trim()).ToList();
        Assert.Contains("demo", commands);
        foreach (var command in commands)
            Assert.Equal(0, (await HeraldRun.OfAsync(null, Cancel, [.. command.Split(' '), "--help"])).Code);
    }

    private static int Count(List<string> received)
    {
        lock (received)
            return received.Count;
    }

    private static string Readme() => File.ReadAllText(SourceTree.File("README.md"));

    private static async Task RunAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var shell = Process.Start(start)!;
        var error = shell.StandardError.ReadToEndAsync(Cancel);
        var output = await shell.StandardOutput.ReadToEndAsync(Cancel);
        await shell.WaitForExitAsync(Cancel);
        Assert.True(shell.ExitCode == 0, $"{script}\n{output}\n{await error}");
    }
}
