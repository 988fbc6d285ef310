using System.Net;
using System.Net.Sockets;
using Herald.Lab.Benches.Latency;
using Xunit;

namespace Herald.Lab.Tests.Benches.Latency;

public sealed class DelayRelayTests : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(30);
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public DelayRelayTests() => _server.Start();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int ServerPort => ((IPEndPoint)_server.LocalEndpoint).Port;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task What_passes_is_delayed_each_way()
    {
        await using var relay = DelayRelay.To(ServerPort, Delay, TimeProvider.System);
        var (near, far) = await ConnectAsync(relay);
        using (near)
        using (far)
        {
            Assert.InRange(await PassAsync(near, far), Delay, TimeSpan.MaxValue);
            Assert.InRange(await PassAsync(far, near), Delay, TimeSpan.MaxValue);
        }
    }

    [Fact]
    public async Task Megabytes_pass_in_both_directions_as_they_were_sent_and_no_chunk_waits_for_those_before_it()
    {
        // If the chunks waited for each other, this would take more than four minutes.
        const int Bytes = 16 << 20;
        await using var relay = DelayRelay.To(ServerPort, TimeSpan.FromSeconds(1), TimeProvider.System);
        var (near, far) = await ConnectAsync(relay);
        using (near)
        using (far)
        {
            var (there, back) = (Random(1, Bytes), Random(2, Bytes));
            var sending = Task.WhenAll(SendAsync(near, there), SendAsync(far, back));
            var receiving = Task.WhenAll(ReceiveAsync(far, Bytes), ReceiveAsync(near, Bytes));
            var received = await receiving.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Cancel);
            await sending;
            Assert.True(there.AsSpan().SequenceEqual(received[0]));
            Assert.True(back.AsSpan().SequenceEqual(received[1]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_one_side_ends_the_other_gets_what_was_sent_and_ends_too(bool nearEnds)
    {
        await using var relay = DelayRelay.To(ServerPort, Delay, TimeProvider.System);
        var (near, far) = await ConnectAsync(relay);
        var (ending, other) = nearEnds ? (near, far) : (far, near);
        using (other)
        {
            var last = Random(3, 1 << 20);
            var receiving = ReceiveAsync(other, last.Length);
            using (ending)
                await SendAsync(ending, last);
            var received = await receiving;
            Assert.True(last.AsSpan().SequenceEqual(received));
            Assert.Equal(0, await other.ReceiveAsync(new byte[1], Cancel));
        }
    }

    [Fact]
    public async Task Disposed_it_ends_its_connections_and_takes_no_more()
    {
        var relay = DelayRelay.To(ServerPort, Delay, TimeProvider.System);
        var port = relay.Port;
        var (near, far) = await ConnectAsync(relay);
        using (near)
        using (far)
        {
            await relay.DisposeAsync();
            Assert.Equal((0, 0), (await near.ReceiveAsync(new byte[1], Cancel), await far.ReceiveAsync(new byte[1], Cancel)));
        }
        using var late = NewSocket();
        await Assert.ThrowsAsync<SocketException>(async () => await late.ConnectAsync(IPAddress.Loopback, port, Cancel));
    }

    [Fact]
    public async Task Each_listens_on_a_port_of_its_own_and_ends_what_nobody_answers()
    {
        _server.Stop();
        await using var one = DelayRelay.To(1, Delay, TimeProvider.System);
        await using var other = DelayRelay.To(1, Delay, TimeProvider.System);
        Assert.NotEqual(one.Port, other.Port);
        using var near = NewSocket();
        await near.ConnectAsync(IPAddress.Loopback, one.Port, Cancel);
        Assert.Equal(0, await near.ReceiveAsync(new byte[1], Cancel));
    }

    private async Task<(Socket Near, Socket Far)> ConnectAsync(DelayRelay relay)
    {
        var near = NewSocket();
        await near.ConnectAsync(IPAddress.Loopback, relay.Port, Cancel);
        return (near, await _server.AcceptSocketAsync(Cancel));
    }

    /// <returns>The time that one byte took.</returns>
    private static async Task<TimeSpan> PassAsync(Socket from, Socket to)
    {
        var began = TimeProvider.System.GetTimestamp();
        await SendAsync(from, [1]);
        await ReceiveAsync(to, 1);
        return TimeProvider.System.GetElapsedTime(began);
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent), Cancel);
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var received = 0; received < length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(received), Cancel);
            Assert.NotEqual(0, count);
            received += count;
        }
        return bytes;
    }

    private static byte[] Random(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
