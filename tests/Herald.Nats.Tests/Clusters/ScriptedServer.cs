using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Herald.Nats.Tests.Clusters;

/// <summary>A server that greets as NATS does, and then does what no real one would.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ScriptedServer, NetworkStream, Task> _script;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;
    private int _taken;

    /// <param name="script">Called for each client that was taken; when it ends, the connection is closed.</param>
    public ScriptedServer(Func<ScriptedServer, NetworkStream, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"nats://{_listener.LocalEndpoint}";

    /// <summary>Clients, until now.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Ends with the server.</summary>
    public CancellationToken Closing => _closing.Token;

    public static Task SayAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    /// <returns>What came until the text had come, with it.</returns>
    public async Task<string> HearAsync(NetworkStream stream, string text)
    {
        var heard = new StringBuilder();
        var one = new byte[1];
        while (!heard.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, Closing) == 0)
                throw new IOException("The client has gone.");
            heard.Append((char)one[0]);
        }
        return heard.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var all = new List<Task>();
        try
        {
            while (true)
                all.Add(ServeAsync(await _listener.AcceptTcpClientAsync(Closing)));
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(all);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                await SayAsync(stream, "INFO {\"server_name\":\"scripted\",\"version\":\"2.9\",\"max_payload\":1048576,\"headers\":true}\r\n");
                await HearAsync(stream, "PING\r\n");
                await SayAsync(stream, "PONG\r\n");
                Interlocked.Increment(ref _taken);
                await _script(this, stream);
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException)
            {
                // One of the two has closed.
            }
        }
    }
}
