using System.Text.Json.Serialization;

namespace Herald.Nats.JetStream;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StreamAnswer))]
[JsonSerializable(typeof(StreamNamesAnswer))]
[JsonSerializable(typeof(ConsumerAnswer))]
[JsonSerializable(typeof(PublishAnswer))]
[JsonSerializable(typeof(StreamConfig))]
[JsonSerializable(typeof(StreamNamesRequest))]
[JsonSerializable(typeof(ConsumerRequest))]
[JsonSerializable(typeof(PullRequest))]
[JsonSerializable(typeof(NakRequest))]
public sealed partial class ApiJson : JsonSerializerContext;
