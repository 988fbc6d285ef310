using System.Text.Json.Serialization;

namespace Herald.Lab.Benches.Traffic;

/// <summary>What the traffic part and the bench say to each other.</summary>
[JsonSerializable(typeof(TrafficOrder))]
[JsonSerializable(typeof(SentTotals))]
[JsonSerializable(typeof(DrainedTotals))]
internal sealed partial class TrafficJson : JsonSerializerContext;
