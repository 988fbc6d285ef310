using Herald.Hosting.Commands;


namespace Herald.Lab.Processes;

/// <summary>
/// A Herald server in a process of its own, started with <c>serve</c>. With <c>--listen 127.0.0.1:0</c> it gets a free port.
/// </summary>
public sealed class ServerProcess : ChildProcess
{
    private ServerProcess(IEnumerable<string> command, IEnumerable<string> arguments, TimeProvider time)
        : base("server", [.. command, .. arguments, ServeProtocol.UntilInputEndsOption], ServeProtocol.ReadyLine, time) { }

    /// <summary>The commands of a server without an application, and of those with one.</summary>
    public static readonly IReadOnlyList<string> Plain = ["serve"], Orders = ["orders", "serve"], Alarms = ["alarms", "serve"],
        Notifications = ["notifications", "serve"];

    /// <summary>The address where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <param name="arguments">The arguments after <c>serve</c>.</param>
    /// <param name="command"><see cref="Plain"/> by default.</param>
    /// <exception cref="ChildProcessException">The process ended, or was not ready in time.</exception>
    public static async Task<ServerProcess> StartAsync(
        IEnumerable<string> arguments, TimeProvider time, CancellationToken cancel, IReadOnlyList<string>? command = null)
    {
        var server = new ServerProcess(command ?? Plain, arguments, time);
        server.Address = new Uri(await server.StartAsync(cancel));
        return server;
    }
}
