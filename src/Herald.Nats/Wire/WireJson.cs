using System.Text.Json.Serialization;

namespace Herald.Nats.Wire;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ServerGreeting))]
[JsonSerializable(typeof(ConnectRequest))]
public sealed partial class WireJson : JsonSerializerContext;
