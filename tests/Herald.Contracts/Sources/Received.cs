namespace Herald.Contracts.Sources;

/// <summary>An event as its subscriber received it.</summary>
public sealed record Received(string Id, string? Key, string Payload, IReadOnlyDictionary<string, string> Attributes);
