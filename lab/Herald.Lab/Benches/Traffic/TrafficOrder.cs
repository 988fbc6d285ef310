using System.Text.Json.Serialization;

namespace Herald.Lab.Benches.Traffic;

/// <summary>An order to the traffic part. Orders are carried out one after another.</summary>
[JsonDerivedType(typeof(Begin), nameof(Begin))]
[JsonDerivedType(typeof(Behave), nameof(Behave))]
[JsonDerivedType(typeof(Mark), nameof(Mark))]
[JsonDerivedType(typeof(Arrive), nameof(Arrive))]
[JsonDerivedType(typeof(Press), nameof(Press))]
[JsonDerivedType(typeof(Drain), nameof(Drain))]
internal abstract record TrafficOrder
{
    private TrafficOrder() { }

    /// <summary>Begins a new run: the endpoints forget what they have received, and events of other runs are only counted.</summary>
    /// <param name="HotKeys">The number of hot keys, which are the first ones. Together they get a fifth of all events.</param>
    /// <param name="Types">The number of types, which the keys have in turn.</param>
    public sealed record Begin(int Run, int Keys, int HotKeys, int Types) : TrafficOrder;

    public sealed record Behave(int Sink, SinkConduct Conduct) : TrafficOrder;

    /// <summary>Takes the next event that comes as the first one.</summary>
    public sealed record Mark : TrafficOrder;

    /// <summary>Publishes by schedule, whatever the answers are. The answer is <see cref="SentTotals"/>.</summary>
    /// <param name="Targets">Keys go to the targets in turn. All events of a key go to the same target.</param>
    /// <param name="Topic">
    /// The topic at each of <paramref name="Targets"/>, which are then Herald servers; null to send payloads directly to endpoints.
    /// </param>
    public sealed record Arrive(IReadOnlyList<Uri> Targets, string? Topic, int Rate, TimeSpan Length) : TrafficOrder;

    /// <summary>Publishes as fast as answers come. The answer is <see cref="SentTotals"/>.</summary>
    /// <param name="Targets">Connections go to the targets in turn, each with keys of its own.</param>
    public sealed record Press(IReadOnlyList<Uri> Targets, string Topic, int Connections, TimeSpan Length) : TrafficOrder;

    /// <summary>
    /// Waits until each of the endpoints has received this many events of the run, or no more events come. The answer is <see
    /// cref="DrainedTotals"/>.
    /// </summary>
    /// <param name="WithHotKeys">Whether events of hot keys count.</param>
    public sealed record Drain(IReadOnlyList<int> Sinks, long Expected, bool WithHotKeys) : TrafficOrder;
}
