namespace Herald.Nats.JetStream;

/// <summary>A stream has the message, on all its replicas that are needed.</summary>
/// <param name="IsDuplicate">It had one with this id already, and keeps that one.</param>
public sealed record PublishReceipt(string Stream, long Sequence, bool IsDuplicate);
