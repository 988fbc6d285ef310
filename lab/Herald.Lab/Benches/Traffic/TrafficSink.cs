using System.Diagnostics;
using System.Numerics;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Benches.Traffic;

/// <summary>
/// One endpoint of the receiver. It behaves as ordered, and judges the events that it receives. Order is judged by first receipt.
/// </summary>
/// <param name="work">Waits for the given time.</param>
internal sealed class TrafficSink(TimeProvider time, Func<TimeSpan, Task> work)
{
    private static readonly TimeSpan LongestWork = TimeSpan.FromMilliseconds(5);
    private readonly Lock _lock = new();
    private TrafficOrder.Begin _run = new(0, 1, 0, 1);
    private LatencyHistogram _latency = new();
    private LatencyHistogram _all = new();

    // The highest number of each key.
    private long[] _last = new long[1];
    private long _received, _receivedHot, _repeated, _outOfOrder, _foreign, _firstAt, _lastAt, _busy;
    public const double FlakyShare = 0.1;
    private long _asked;
    public static readonly TimeSpan SlowWork = TimeSpan.FromMilliseconds(100);
    private volatile SinkConduct _conduct;

    public SinkConduct Conduct { get => _conduct; set => _conduct = value; }

    /// <param name="all">The histogram for the latencies of all endpoints.</param>
    public void Begin(TrafficOrder.Begin run, LatencyHistogram all)
    {
        lock (_lock)
        {
            (_run, _all, _latency, _last) = (run, all, new(), new long[run.Keys]);
            (_received, _receivedHot, _repeated, _outOfOrder, _foreign, _firstAt, _lastAt, _busy) = (0, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    public void Mark()
    {
        lock (_lock)
            _firstAt = 0;
    }

    public SinkTotals Look()
    {
        lock (_lock)
            return new(
                _received, _receivedHot, _repeated, _outOfOrder, _foreign, _firstAt, _lastAt, time.GetElapsedTime(0, _busy),
                Latencies.Of(_latency));
    }

    /// <returns>The status to answer with.</returns>
    public async ValueTask<int> TakeAsync(TrafficEvent one, CancellationToken gone)
    {
        var at = time.GetTimestamp();
        switch (_conduct)
        {
            case SinkConduct.Flaky when FailsAt(Interlocked.Increment(ref _asked)):
            case SinkConduct.Refuse:
            case SinkConduct.RefuseHotKeys when one.Key < _run.HotKeys:
                return 500;
            case SinkConduct.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return 500;
            case SinkConduct.Work:
                await work(WorkOf(one));
                break;
            case SinkConduct.Slow:
                await Task.Delay(SlowWork, time, CancellationToken.None);
                break;
            case SinkConduct.Accept or SinkConduct.Flaky or SinkConduct.RefuseHotKeys:
                break;
            default:
                throw new UnreachableException($"{_conduct}");
        }
        Enter(one, at, time.GetTimestamp());
        return 200;
    }

    /// <summary>Fails one request in ten, in an order without a pattern that is the same in each run.</summary>
    internal static bool FailsAt(long request)
    {
        // The published SplitMix64, which turns consecutive numbers into independent ones.
        var mixed = (ulong)request * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (mixed ^ (mixed >> 31)) < FlakyShare * ulong.MaxValue;
    }

    internal static TimeSpan WorkOf(TrafficEvent one) =>
        LongestWork * (BitOperations.Crc32C((uint)one.Key, (ulong)one.Number) / (double)uint.MaxValue);

    private void Enter(TrafficEvent one, long at, long done)
    {
        lock (_lock)
        {
            if (one.Run != _run.Run || one.Key >= _last.Length)
            {
                _foreign++;
                return;
            }
            _busy += done - at;
            (_firstAt, _lastAt) = (_firstAt == 0 ? at : _firstAt, done);
            ref var last = ref _last[one.Key];
            if (one.Number <= last)
            {
                _repeated++;
                return;
            }
            if (one.Number != last + 1)
                _outOfOrder++;
            last = one.Number;
            _received++;
            if (one.Key < _run.HotKeys)
            {
                _receivedHot++;
                return;
            }
            var latency = time.GetElapsedTime(one.Due, at);
            _latency.Record(latency);
            _all.Record(latency);
        }
    }
}
