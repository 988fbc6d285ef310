namespace Herald.Nats.JetStream;

/// <summary>A stream has the message, on a quorum of its replicas.</summary>
/// <param name="IsDuplicate">The stream had a message with this id already, and keeps that one.</param>
public sealed record PublishReceipt(string Stream, long Sequence, bool IsDuplicate);
