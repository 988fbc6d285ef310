using System.IO.Pipelines;
using Herald.Nats.Wire;

namespace Herald.Nats.Connecting;

/// <summary>An open connection whose server has taken the client.</summary>
public sealed class ServerStream(ServerAddress server, Stream stream, PipeReader reader, ServerGreeting info) : IDisposable
{
    public ServerAddress Server { get; } = server;
    public Stream Stream { get; } = stream;
    public PipeReader Reader { get; } = reader;

    /// <summary>As the server said first.</summary>
    public ServerGreeting Info { get; } = info;

    /// <summary>Whatever waits for it fails.</summary>
    public void Abort() => Stream.Dispose();

    /// <summary>Nobody may be reading it any more.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        Reader.Complete();
    }
}
