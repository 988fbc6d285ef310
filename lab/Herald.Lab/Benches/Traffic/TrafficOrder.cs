using System.Text.Json.Serialization;

namespace Herald.Lab.Benches.Traffic;

/// <summary>What the traffic part is told to do, one after another.</summary>
[JsonDerivedType(typeof(Begin), nameof(Begin))]
[JsonDerivedType(typeof(Behave), nameof(Behave))]
[JsonDerivedType(typeof(Mark), nameof(Mark))]
[JsonDerivedType(typeof(Arrive), nameof(Arrive))]
[JsonDerivedType(typeof(Press), nameof(Press))]
[JsonDerivedType(typeof(Drain), nameof(Drain))]
internal abstract record TrafficOrder
{
    private TrafficOrder() { }

    /// <summary>A new run: what endpoints have seen so far is forgotten, and events of other runs are only counted.</summary>
    /// <param name="HotKeys">The first so many of <paramref name="Keys"/> get a fifth of all events.</param>
    /// <param name="Types">Keys have them in turn.</param>
    public sealed record Begin(int Run, int Keys, int HotKeys, int Types) : TrafficOrder;

    public sealed record Behave(int Sink, SinkConduct Conduct) : TrafficOrder;

    /// <summary>What comes next is the first that came.</summary>
    public sealed record Mark : TrafficOrder;

    /// <summary>Publishes by schedule, whatever the answers do. Answered with <see cref="SentTotals"/>.</summary>
    /// <param name="Targets">Keys go to them in turn; all events of a key go to the same one.</param>
    /// <param name="Topic">Of the Herald at each of <paramref name="Targets"/>; null for payloads straight to endpoints.</param>
    public sealed record Arrive(IReadOnlyList<Uri> Targets, string? Topic, int Rate, TimeSpan Length) : TrafficOrder;

    /// <summary>Publishes as fast as answers come. Answered with <see cref="SentTotals"/>.</summary>
    /// <param name="Targets">Connections go to them in turn, each with keys of its own.</param>
    public sealed record Press(IReadOnlyList<Uri> Targets, string Topic, int Connections, TimeSpan Length) : TrafficOrder;

    /// <summary>
    /// Waits until each of some endpoints has received so many events of the run, or nothing comes any more. Answered with <see cref="DrainedTotals"/>.
    /// </summary>
    /// <param name="WithHotKeys">Whether events of hot keys count.</param>
    public sealed record Drain(IReadOnlyList<int> Sinks, long Expected, bool WithHotKeys) : TrafficOrder;
}
