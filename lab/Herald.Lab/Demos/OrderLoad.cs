using System.Buffers;
using System.Text.Json;
using Herald.Client;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Demos;

/// <summary>
/// Publishes changes of orders at a steady rate, one batch at a time, and enters accepted changes into the ledger. Orders are drawn at
/// random, and each has its own count.
/// </summary>
public sealed class OrderLoad(EventPublisher publisher, ReceiptLedger ledger, int orders, TimeProvider time, Random random) : IDisposable
{
    private const int BatchEvents = 500;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private readonly string[] _names = [.. Enumerable.Range(1, orders).Select(i => $"order-{i:000000}")];
    private readonly long[] _numbers = new long[orders];
    private readonly ArrayBufferWriter<byte> _body = new(128 * 1024);
    private readonly Utf8JsonWriter _json = new(new ArrayBufferWriter<byte>());
    private readonly List<OrderChange> _batch = new(BatchEvents);
    private readonly long _began = time.GetTimestamp();

    /// <summary>The clock of the run, with which latencies are measured.</summary>
    public TimeSpan Now => time.GetElapsedTime(_began);

    /// <summary>Runs until the time is over, <paramref name="most"/> events are sent, or it is cancelled.</summary>
    /// <exception cref="DemoLoadException">Herald refused a batch.</exception>
    public async Task RunAsync(int rate, TimeSpan length, long most, CancellationToken cancel)
    {
        var start = Now;
        for (long sent = 0; Now - start < length && sent < most;)
        {
            var due = Math.Min((long)(rate * (Now - start).TotalSeconds) + 1, most) - sent;
            if (due <= 0)
            {
                await Task.Delay(Pace, time, cancel);
                continue;
            }
            sent += await PublishAsync((int)Math.Min(due, BatchEvents), cancel);
        }
    }

    public void Dispose() => _json.Dispose();

    private async Task<int> PublishAsync(int count, CancellationToken cancel)
    {
        _batch.Clear();
        _body.ResetWrittenCount();
        var now = Now;
        for (var i = 0; i < count; i++)
        {
            var order = random.Next(_names.Length);
            var change = new OrderChange(_names[order], ++_numbers[order], now);
            change.WriteTo(_json, _body);
            _batch.Add(change);
        }
        var reply = await publisher.SendAsync(_body.WrittenMemory, cancel);
        // All of the batch must be accepted: a missing change would leave a gap in its order.
        if (reply.Status != 202)
            throw new DemoLoadException($"Herald did not accept a batch of {count} events: {string.Join(" ", reply.ProblemLines())}");
        foreach (var change in _batch)
            ledger.Accepted(change.Order, change.Number);
        return count;
    }
}
