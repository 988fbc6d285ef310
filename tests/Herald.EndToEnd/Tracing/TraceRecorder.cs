using System.Globalization;
using System.Security.Cryptography;
using Herald.Judging;
using Herald.Judging.Traces;

namespace Herald.EndToEnd.Tracing;

/// <summary>
/// Tells the judge outside what real processes were asked, and what was received from them, one fact after another as it happens. With
/// HERALD_TRACE=FILE all of it is written down; the end of it is shown when the judge accuses.
/// </summary>
/// <remarks>
/// Each fact is told before what follows from it can happen: a request before it is sent, an answer when it has come, and what a receiver
/// says before it says it. So their order holds, however busy the machine is. How long anything takes nobody vouches for here.
/// </remarks>
internal sealed class TraceRecorder : IDisposable
{
    private const int ShownLines = 200;
    private const long NobodyKnowsMs = 86_400_000;
    private static readonly string? File = Environment.GetEnvironmentVariable("HERALD_TRACE");

    private readonly Lock _lock = new();
    private readonly TraceJudge _judge = new();
    private readonly Queue<Fact> _last = new(ShownLines);
    private readonly StreamWriter? _file = File is null ? null : new StreamWriter(File);
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private AccusedException? _accused;
    private long _number;

    /// <param name="settings">What is known besides.</param>
    public TraceRecorder(params (string Name, string? Value)[] settings) => Tell(
        "world", "settings",
        [("late", Text(NobodyKnowsMs)), ("slowestCall", Text(NobodyKnowsMs)), ("recovers", Text(NobodyKnowsMs)), .. settings]);

    public long Facts { get; private set; }

    /// <summary>Names a request, so that its answer can be told to be of it.</summary>
    public string Next() => Text(Interlocked.Increment(ref _number));

    public void Tell(string who, string verb, params (string Name, string? Value)[] values)
    {
        lock (_lock)
        {
            var fact = new Fact((long)TimeProvider.System.GetElapsedTime(_began).TotalMilliseconds, who, verb, values);
            _file?.WriteLine(fact);
            if (_accused is not null)
                return;
            Facts++;
            if (_last.Count == ShownLines)
                _last.Dequeue();
            _last.Enqueue(fact);
            try
            {
                _judge.Take(fact);
            }
            catch (AccusedException accused)
            {
                _accused = accused;
            }
        }
    }

    /// <summary>What the judge accuses of, and the end of the trace; null when of nothing so far.</summary>
    public string? Accusation()
    {
        lock (_lock)
            return _accused is null ? null : $"{_accused.Message}\n{string.Join('\n', _last)}";
    }

    public void Dispose() => _file?.Dispose();

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Digest(ReadOnlySpan<byte> payload) => Convert.ToHexString(SHA256.HashData(payload).AsSpan(0, 8));
}
