using Xunit;

namespace Herald.TestKit.Kafka;

/// <summary>Where a Kafka broker to test against is, and the Java that runs it.</summary>
internal static class KafkaHome
{
    public const string Variable = "KAFKA_HOME";
    public const string Missing = $"There is no Kafka here: {Variable} must name a folder with a broker's jars in libs/, and java (17 or newer) must be in PATH.";

    /// <summary>The folder; where it or Java is missing, the test that asks is skipped.</summary>
    public static string Require()
    {
        var home = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipUnless(home is { Length: > 0 } && Directory.Exists(Path.Combine(home, "libs")) && HasJava(), Missing);
        return Path.GetFullPath(home!);
    }

    private static bool HasJava() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "java")));
}
