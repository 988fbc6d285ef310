using System.Text.Json.Serialization;

namespace Herald.Lab.Benches.Delivery;

/// <summary>What the receiver in its process tells the bench.</summary>
[JsonSerializable(typeof(ReceiverState))]
internal sealed partial class ReceiverJson : JsonSerializerContext;
