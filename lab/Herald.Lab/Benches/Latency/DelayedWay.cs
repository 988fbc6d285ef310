using System.Net.Sockets;
using System.Threading.Channels;

namespace Herald.Lab.Benches.Latency;

/// <summary>
/// One direction of a connection that is relayed. Each chunk is passed on at its own time, and the next ones are read meanwhile:
/// a delay that limits no rate, as that of a long line.
/// </summary>
/// <param name="delay">Asked for each chunk when it has been read.</param>
internal sealed class DelayedWay(Socket from, Socket to, Func<Task> delay)
{
    /// <summary>Together 64 MiB: what a receiver does not take is read no further.</summary>
    private const int ChunkBytes = 64 << 10, MostUnderway = 1024;

    private readonly Channel<(Task Due, byte[] Bytes)> _underway =
        Channel.CreateBounded<(Task, byte[])>(new BoundedChannelOptions(MostUnderway) { SingleReader = true, SingleWriter = true });

    /// <summary>Until the sender has ended and all that it sent is passed on, or one of the two fails.</summary>
    /// <exception cref="SocketException">A connection has failed.</exception>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(ReadAsync(cancel), PassOnAsync(cancel));

    /// <summary>However it ends, the other loop is told, after all that was read.</summary>
    private async Task ReadAsync(CancellationToken cancel)
    {
        var buffer = new byte[ChunkBytes];
        try
        {
            while (await from.ReceiveAsync(buffer, cancel) is > 0 and var count)
                await _underway.Writer.WriteAsync((delay(), buffer[..count]), cancel);
        }
        finally
        {
            _underway.Writer.Complete();
        }
    }

    private async Task PassOnAsync(CancellationToken cancel)
    {
        await foreach (var (due, bytes) in _underway.Reader.ReadAllAsync(cancel))
        {
            await due;
            for (var sent = 0; sent < bytes.Length;)
                sent += await to.SendAsync(bytes.AsMemory(sent), cancel);
        }
    }
}
