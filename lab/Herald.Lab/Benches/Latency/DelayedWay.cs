using System.Net.Sockets;
using System.Threading.Channels;

namespace Herald.Lab.Benches.Latency;

/// <summary>
/// One direction of a relayed connection. Each chunk is passed on at its own time while the next ones are read. So the delay does not limit
/// the rate, as on a long line.
/// </summary>
/// <param name="delay">Called for each chunk when it has been read.</param>
internal sealed class DelayedWay(Socket from, Socket to, Func<Task> delay)
{
    /// <summary>Together 64 MiB. When the receiver stops taking bytes, no more are read.</summary>
    private const int ChunkBytes = 64 << 10, MostUnderway = 1024;

    private readonly Channel<(Task Due, byte[] Bytes)> _underway =
        Channel.CreateBounded<(Task, byte[])>(new BoundedChannelOptions(MostUnderway) { SingleReader = true, SingleWriter = true });

    /// <summary>Runs until the sender has ended and all its bytes are passed on, or until one of the two connections fails.</summary>
    /// <exception cref="SocketException">A connection has failed.</exception>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(ReadAsync(cancel), PassOnAsync(cancel));

    /// <summary>However the reading ends, the other loop learns of it after all bytes that were read.</summary>
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
