namespace Herald.Engine.Stores;

/// <summary>How far an external source has been read.</summary>
/// <param name="Source">The source's full name (<see cref="Basics.TenantId.FullName"/>), for example <c>nats/cluster/stream</c>.</param>
/// <param name="Position">The next position to read.</param>
public sealed record SourcePosition(string Source, long Position);
