namespace Herald.Nats.Wire;

/// <summary>A message to publish. It is copied when it is: what it lends may be reused then.</summary>
public readonly record struct OutgoingMessage(string Subject, ReadOnlyMemory<byte> Payload)
{
    public string? ReplyTo { get; init; }

    /// <summary>As a <see cref="HeaderBlock"/> ends; empty for none.</summary>
    public ReadOnlyMemory<byte> Headers { get; init; }

    public int Bytes => Headers.Length + Payload.Length;
}
