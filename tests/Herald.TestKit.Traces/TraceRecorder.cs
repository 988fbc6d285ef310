using System.Globalization;
using System.Security.Cryptography;
using Herald.Judging;
using Herald.Judging.Traces;

namespace Herald.TestKit.Traces;

/// <summary>
/// Tells the judge outside what real processes were asked, and what was received from them, one fact after another as it happens. With
/// HERALD_TRACE=FILE all of it is written down; the end of it is shown when the judge accuses.
/// </summary>
/// <remarks>
/// Each fact is told before what follows from it can happen: a request before it is sent, an answer when it has come, and what a receiver
/// says before it says it. So their order holds, however busy the machine is. How long anything takes nobody vouches for here.
/// A long run is judged in rounds (<see cref="BeginAgain"/>), so that neither judge nor file grows with it.
/// </remarks>
public sealed class TraceRecorder : IDisposable
{
    private const int ShownLines = 200;
    private const long NobodyKnowsMs = 86_400_000;
    private static readonly string? File = Environment.GetEnvironmentVariable("HERALD_TRACE");

    private readonly Lock _lock = new();
    private readonly Queue<Fact> _last = new(ShownLines);
    private readonly long _began = TimeProvider.System.GetTimestamp();

    // What is still true when a round begins: settings and orders; and the highest sequence that was told of each key.
    private readonly List<Fact> _standing = [];
    private readonly Dictionary<(string Topic, string Key), long> _highest = [];
    private TraceJudge _judge = new();
    private StreamWriter? _file;
    private AccusedException? _accused;
    private long _number;

    /// <param name="settings">What is known besides.</param>
    public TraceRecorder(params (string Name, string? Value)[] settings)
        : this(File, settings) { }

    /// <param name="file">Where all of it is written down; null for nowhere.</param>
    public TraceRecorder(string? file, params (string Name, string? Value)[] settings)
    {
        _file = file is null ? null : new StreamWriter(file);
        Tell(
            "world", "settings",
            [("late", Text(NobodyKnowsMs)), ("slowestCall", Text(NobodyKnowsMs)), ("recovers", Text(NobodyKnowsMs)), .. settings]);
    }

    public long Facts { get; private set; }

    /// <summary>Gets each fact before the judge does.</summary>
    public Action<Fact> Told { get; set; } = _ => { };

    /// <summary>Which promise is broken, by its number in ARCHITECTURE.md; null when none is so far.</summary>
    public int? Broken
    {
        get
        {
            lock (_lock)
                return _accused?.Invariant;
        }
    }

    /// <summary>
    /// Everything has settled: the next round is another judge's, who is told what still stands, and up to where each key is past.
    /// </summary>
    /// <param name="file">Of the next round's trace.</param>
    public void BeginAgain(string? file)
    {
        lock (_lock)
        {
            if (_accused is not null)
                return;
            _file?.Dispose();
            (_judge, _file) = (new TraceJudge(), file is null ? null : new StreamWriter(file));
            foreach (var fact in _standing)
                Take(fact);
            foreach (var ((topic, key), sequence) in _highest)
                Take(Now("world", "past", ("topic", topic), ("key", key), ("sequence", Text(sequence))));
        }
    }

    /// <summary>What came after an earlier moment did not happen: another judge is told only of what came before.</summary>
    /// <param name="facts">All facts until that moment.</param>
    public void GoBack(IEnumerable<Fact> facts)
    {
        lock (_lock)
        {
            var settings = _standing[0];
            (_judge, _accused) = (new TraceJudge(), null);
            _standing.Clear();
            _highest.Clear();
            _last.Clear();
            // The file has what this judge is told.
            _file?.Flush();
            _file?.BaseStream.SetLength(0);
            foreach (var fact in facts.Prepend(settings))
            {
                Keep(fact);
                Take(fact);
            }
        }
    }

    /// <summary>Names a request, so that its answer can be told to be of it.</summary>
    public string Next() => Text(Interlocked.Increment(ref _number));

    public void Tell(string who, string verb, params (string Name, string? Value)[] values)
    {
        lock (_lock)
        {
            var fact = Now(who, verb, values);
            Keep(fact);
            Told(fact);
            Take(fact);
        }
    }

    /// <summary>What the judge accuses of, and the end of the trace; null when of nothing so far.</summary>
    public string? Accusation()
    {
        lock (_lock)
            return _accused is null ? null : $"{_accused.Message}\n{Last()}";
    }

    /// <summary>The end of the trace.</summary>
    public string Last()
    {
        lock (_lock)
            return string.Join('\n', _last);
    }

    public void Dispose() => _file?.Dispose();

    private Fact Now(string who, string verb, params (string Name, string? Value)[] values) =>
        new((long)TimeProvider.System.GetElapsedTime(_began).TotalMilliseconds, who, verb, values);

    private void Keep(Fact fact)
    {
        if (fact.Verb is "settings" or "order" or "done")
            _standing.Add(fact);
        if (fact.Verb is "published" or "attempt" && fact.Find("key") is { } key && fact.Number("sequence", 0) is > 0 and var sequence)
        {
            var place = (fact.Text("topic"), key);
            _highest[place] = Math.Max(_highest.GetValueOrDefault(place), sequence);
        }
    }

    private void Take(Fact fact)
    {
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

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Digest(ReadOnlySpan<byte> payload) => Convert.ToHexString(SHA256.HashData(payload).AsSpan(0, 8));
}
