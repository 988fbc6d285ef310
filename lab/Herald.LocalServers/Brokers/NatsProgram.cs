namespace Herald.LocalServers.Brokers;

/// <summary>The installed NATS server. Debian puts it in a folder that is only in root's PATH.</summary>
public static class NatsProgram
{
    public const string Missing = "No nats-server was found in PATH or /usr/sbin. Install nats-server.";

    private const string Name = "nats-server";

    /// <returns>Null when it is not installed.</returns>
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, Name))
        .FirstOrDefault(File.Exists);
}
