using System.Diagnostics;
using Herald.LocalServers.Brokers;
using Herald.LocalServers.Databases;
using Xunit;

namespace Herald.EndToEnd.Soak;

/// <summary>The soak, briefly: a run without mistakes passes, and a relay that loses or changes messages is noticed.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_brief_soak_breaks_nothing_and_says_what_it_has_seen()
    {
        var (code, said) = await SoakAsync(
            withKafka: true, "--for", "20s", "--round", "10s", "--rate", "60", "--only", "kill", "pause", "cut", "database", "receiver");
        Assert.True(code == 0, said);
        Assert.Contains("in 2 rounds", said, StringComparison.Ordinal);
        Assert.EndsWith("No promise was broken.", said.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("swallow", "passed over")]
    [InlineData("alter", "sent with another content")]
    public async Task A_relay_that_makes_a_mistake_is_noticed(string mistake, string of)
    {
        var (code, said) = await SoakAsync(withKafka: false, "--for", "1m", "--rate", "60", "--only", "reset", "--plant", mistake);
        Assert.True(code == 1, said);
        Assert.Contains("BROKEN: invariant", said, StringComparison.Ordinal);
        Assert.Contains(of, said, StringComparison.Ordinal);
    }

    /// <param name="withKafka">False: the soak does not find Kafka and runs without it. Kafka takes longest to start.</param>
    private async Task<(int Code, string Said)> SoakAsync(bool withKafka, params string[] arguments)
    {
        Assert.SkipWhen(PostgresPrograms.Find() is null, PostgresPrograms.Missing);
        Assert.SkipWhen(KafkaPrograms.Find() is null, KafkaPrograms.Missing);
        Assert.SkipWhen(NatsProgram.Find() is null, NatsProgram.Missing);
        // The build puts the program into bin/PROJECT/CONFIGURATION.
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var soak = Path.Combine(built.Parent!.Parent!.FullName, "Herald.Soak", built.Name, "soak");
        var folder = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            var start = new ProcessStartInfo(soak, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder.FullName,
            };
            if (!withKafka)
                start.Environment.Remove(KafkaPrograms.Variable);
            using var process = Process.Start(start)!;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(Patience);
            await using var end = patience.Token.Register(process.Kill);
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var said = await process.StandardOutput.ReadToEndAsync(CancellationToken.None) + await error;
            await process.WaitForExitAsync(CancellationToken.None);
            output.WriteLine(said);
            return (process.ExitCode, said);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
