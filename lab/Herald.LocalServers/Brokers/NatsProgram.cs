namespace Herald.LocalServers.Brokers;

/// <summary>The server of NATS that is installed here. Debian puts it where only root's PATH leads.</summary>
public static class NatsProgram
{
    public const string Missing = "There is no nats-server here, neither in PATH nor in /usr/sbin: install nats-server.";

    private const string Name = "nats-server";

    /// <returns>Null when there is none.</returns>
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, Name))
        .FirstOrDefault(File.Exists);
}
