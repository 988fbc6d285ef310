namespace Herald.LocalServers.Brokers;

/// <summary>The installed NATS server. Debian puts it in a folder that is only in root's PATH.</summary>
public static class NatsProgram
{
    public const string Missing = "There is no nats-server here, neither in PATH nor in /usr/sbin: install nats-server.";

    private const string Name = "nats-server";

    /// <returns>Null when it is not installed.</returns>
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, Name))
        .FirstOrDefault(File.Exists);
}
