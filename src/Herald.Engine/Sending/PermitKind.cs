namespace Herald.Engine.Sending;

/// <summary>First attempts and retries have separate queues. Retries hold at most a quarter of the permits.</summary>
internal enum PermitKind
{
    First,
    Retry,
}
