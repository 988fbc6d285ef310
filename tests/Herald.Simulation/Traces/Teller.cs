using System.Globalization;
using Herald.Judging;
using Herald.Judging.Traces;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Traces;

/// <summary>
/// Reports to the outside judge what those outside do, see and are answered, as facts of a trace. The judge knows nothing else. With
/// HERALD_TRACE=FILE the facts are also written to a file.
/// </summary>
internal sealed class Teller(Simulator simulator) : IDisposable
{
    private static readonly string? File = Environment.GetEnvironmentVariable("HERALD_TRACE");

    private readonly StreamWriter? _file = File is null ? null : new StreamWriter(File);
    private readonly TraceJudge _judge = new();
    private long _number;

    public double WorstWait => _judge.WorstWait;

    /// <summary>A new number for a request. Its answer carries the same number.</summary>
    public string Next() => Text(++_number);

    public void Tell(string who, string verb, params (string Name, string? Value)[] values)
    {
        var fact = new Fact(simulator.NowMs - Simulator.BeginsAtMs, who, verb, values);
        _file?.WriteLine(fact);
        if (simulator.Broken is not null)
            return;
        try
        {
            _judge.Take(fact);
        }
        catch (AccusedException accused)
        {
            // The caller can be inside the engine, which would take the exception for something else.
            simulator.Broken = new Violation(Violation.Outside + accused.Message);
        }
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Distinguishes the payloads of these worlds: FNV-1a.</summary>
    public static string Digest(ReadOnlySpan<byte> payload)
    {
        var hash = 0xcbf29ce484222325;
        foreach (var one in payload)
            hash = (hash ^ one) * 0x100000001b3;
        return hash.ToString("x", CultureInfo.InvariantCulture);
    }

    public void Dispose() => _file?.Dispose();
}
