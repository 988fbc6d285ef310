using Herald.Hosting.Commands;


namespace Herald.Lab.Processes;

/// <summary>A Herald of its own process, run with <c>serve</c>; on a free port with <c>--listen 127.0.0.1:0</c>.</summary>
public sealed class ServerProcess : ChildProcess
{
    private ServerProcess(IEnumerable<string> command, IEnumerable<string> arguments, TimeProvider time)
        : base("server", [.. command, .. arguments, ServeProtocol.UntilInputEndsOption], ServeProtocol.ReadyLine, time) { }

    /// <summary>A server without an application, and those with one.</summary>
    public static readonly IReadOnlyList<string> Plain = ["serve"], Orders = ["orders", "serve"], Alarms = ["alarms", "serve"];

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <param name="arguments">What follows <c>serve</c>.</param>
    /// <param name="command"><see cref="Plain"/> unless told.</param>
    /// <exception cref="ChildProcessException">It ended, or was not ready in time.</exception>
    public static async Task<ServerProcess> StartAsync(IEnumerable<string> arguments, TimeProvider time, CancellationToken cancel, IReadOnlyList<string>? command = null)
    {
        var server = new ServerProcess(command ?? Plain, arguments, time);
        server.Address = new Uri(await server.StartAsync(cancel));
        return server;
    }
}
