using Herald.Client;
using Herald.TestKit.Traces;

namespace Herald.Soak.Worlds;

/// <summary>Traced clients of the nodes. Each call returns the client of the next running node.</summary>
internal sealed class NodeClients(SoakWorld world, TraceRecorder trace) : IDisposable
{
    private readonly Dictionary<Uri, HeraldClient> _clients = [];
    private int _turn;

    public HeraldClient Next()
    {
        lock (_clients)
        {
            var running = world.All.Where(node => node.IsRunning).ToList();
            if (running.Count == 0)
                throw new HttpRequestException("No node is running.");
            var server = running[++_turn % running.Count].Address!;
            if (!_clients.TryGetValue(server, out var client))
                _clients[server] = client = new HeraldClient(server, null, calls => new TracedCalls(trace, () => server.Authority, calls));
            return client;
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }
}
