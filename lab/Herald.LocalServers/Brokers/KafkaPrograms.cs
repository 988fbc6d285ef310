using System.Diagnostics;

namespace Herald.LocalServers.Brokers;

/// <summary>The programs of a Kafka in a folder of this machine, and the Java that runs them.</summary>
public sealed class KafkaPrograms
{
    public const string Variable = "KAFKA_HOME";
    public const string Missing =
        $"No Kafka was found. {Variable} must name a folder with a broker's jars in libs/, and java (17 or newer) must be in PATH.";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string _home;

    private KafkaPrograms(string home) => _home = home;

    /// <returns>Null when Kafka or Java is missing.</returns>
    public static KafkaPrograms? Find() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } home && Directory.Exists(Path.Combine(home, "libs")) && HasJava()
            ? new(Path.GetFullPath(home))
            : null;

    /// <summary>The words of a program's command line.</summary>
    /// <param name="logSettings">A settings file of Log4j.</param>
    public IEnumerable<string> Command(string type, string logSettings, params IEnumerable<string> arguments) =>
    [
        "java", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        $"-Dlog4j2.configurationFile={logSettings}", "-cp", Path.Combine(_home, "libs", "*"), type, .. arguments,
    ];

    /// <summary>Runs a program to its end.</summary>
    /// <returns>The output of the program.</returns>
    /// <exception cref="LocalKafkaException">The program failed, or did not end in time.</exception>
    public async Task<string> RunAsync(
        string type, string logSettings, string input, TimeProvider time, params IEnumerable<string> arguments)
    {
        var words = Command(type, logSettings, arguments).ToArray();
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new LocalKafkaException($"{type} did not end within {Patience}: {await error}{await output}");
        }
        if (process.ExitCode != 0)
            throw new LocalKafkaException($"{type} has failed: {await error}{await output}");
        return await output;
    }

    private static bool HasJava() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(
            folder => File.Exists(Path.Combine(folder, "java")));
}
