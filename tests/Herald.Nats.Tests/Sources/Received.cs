namespace Herald.Nats.Tests.Sources;

/// <summary>An event as its subscriber got it.</summary>
internal sealed record Received(string Id, string? Key, string Payload, IReadOnlyDictionary<string, string> Attributes);
