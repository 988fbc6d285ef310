using System.Globalization;
using Herald.Judging;
using Herald.Judging.Traces;
using Herald.Simulation.Running;

namespace Herald.Simulation.Telling;

/// <summary>
/// Tells what those outside do, see and are answered to a judge that knows nothing else, as facts of a trace. With HERALD_TRACE=FILE the
/// facts are
/// written down besides.
/// </summary>
internal sealed class Teller(Simulator simulator) : IDisposable
{
    private static readonly string? File = Environment.GetEnvironmentVariable("HERALD_TRACE");

    private readonly StreamWriter? _file = File is null ? null : new StreamWriter(File);
    private readonly TraceJudge _judge = new();
    private long _number;

    public double WorstWait => _judge.WorstWait;

    /// <summary>Names a request, so that its answer can be told to be of it.</summary>
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
            // Whoever tells may be within the engine, which would take the exception for something else.
            simulator.Broken = new Violation(Violation.Outside + accused.Message);
        }
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Tells payloads of these worlds apart: FNV-1a.</summary>
    public static string Digest(ReadOnlySpan<byte> payload)
    {
        var hash = 0xcbf29ce484222325;
        foreach (var one in payload)
            hash = (hash ^ one) * 0x100000001b3;
        return hash.ToString("x", CultureInfo.InvariantCulture);
    }

    public void Dispose() => _file?.Dispose();
}
