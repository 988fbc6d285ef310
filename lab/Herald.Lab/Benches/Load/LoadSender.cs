using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Herald.Lab.Benches.Load;

/// <summary>
/// One connection that publishes: it sends a request, reads the answer, and sends the next request. It writes directly to a socket and only
/// replaces digits in the last request, so that the generator takes little CPU from the server on the same machine.
/// </summary>
internal sealed class LoadSender(LoadOrder order, int number, TimeProvider time) : IDisposable
{
    private readonly byte[] _answer = new byte[256 * 1024];
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private long _next;

    public long Requests { get; private set; }
    public long Refused { get; private set; }
    public long Broken { get; private set; }

    /// <summary>
    /// Runs all connections of an order. The time begins when all are open, because opening them is not part of the load. Each connection
    /// sends at least one request, so a machine that stalls for the whole time still reports a few requests instead of none.
    /// </summary>
    public static async Task<LoadResult> RunAsync(LoadOrder order, TimeProvider time)
    {
        var senders = Enumerable.Range(0, order.Connections).Select(number => new LoadSender(order, number, time)).ToArray();
        try
        {
            await Task.WhenAll(senders.Select(sender => sender.CountedAsync(sender.ConnectAsync)));
            var began = time.GetTimestamp();
            await Task.WhenAll(
                senders.Where(sender => sender.Broken == 0).Select(sender => sender.CountedAsync(() => sender.SendAsync(began))));
            return new(
                senders.Sum(sender => sender.Requests), time.GetElapsedTime(began), senders.Sum(sender => sender.Refused),
                senders.Sum(sender => sender.Broken));
        }
        finally
        {
            foreach (var sender in senders)
                sender.Dispose();
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Runs the action. A broken connection is counted, and the others continue.</summary>
    private async Task CountedAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            Broken++;
        }
    }

    private Task ConnectAsync() => _socket.ConnectAsync(IPAddress.Parse(order.Server.Host), order.Server.Port);

    /// <summary>Sends until the time is over or the connection breaks.</summary>
    private async Task SendAsync(long began)
    {
        var shape = new PublishShape(order.Batch);
        var head = Encoding.ASCII.GetBytes(shape.Head(order.Server));
        byte[] request = [.. head, .. shape.Body(order.Run, number, 0)];
        do
        {
            WriteNumbers(shape, request.AsSpan(head.Length));
            for (var sent = 0; sent < request.Length;)
                sent += await _socket.SendAsync(request.AsMemory(sent));
            var status = await ReadAnswerAsync();
            Requests++;
            if (status >= 400)
                Refused++;
        }
        while (time.GetElapsedTime(began) < order.Length);
    }

    private void WriteNumbers(PublishShape shape, Span<byte> body)
    {
        for (var i = 0; i < shape.Batch; i++, _next++)
        {
            var at = body.Slice(i * PublishShape.EventBytes, PublishShape.EventBytes);
            _next.TryFormat(at[PublishShape.NumberAt..], out _, PublishShape.NumberFormat, CultureInfo.InvariantCulture);
            (_next % PublishShape.Keys).TryFormat(at[PublishShape.KeyAt..], out _, PublishShape.KeyFormat, CultureInfo.InvariantCulture);
        }
    }

    /// <returns>The status. The answer is read to its end, as its Content-Length gives it.</returns>
    private async ValueTask<int> ReadAnswerAsync()
    {
        var length = 0;
        int? whole = null;
        var status = 0;
        while (whole is null || length < whole)
        {
            var read = await _socket.ReceiveAsync(whole is null ? _answer.AsMemory(length) : _answer);
            if (read == 0)
                throw new IOException("The server has closed the connection.");
            length += read;
            if (whole is null && AnswerHead.TryParse(_answer.AsSpan(0, length), out var head))
                (status, whole) = (head.Status, head.HeadBytes + head.BodyBytes);
        }
        return status;
    }
}
