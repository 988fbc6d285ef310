using System.Text.Json.Serialization;

namespace Herald.Hosting.Subscriptions;

/// <summary>The values of a filter's clause as JSON.</summary>
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class FilterJson : JsonSerializerContext;
