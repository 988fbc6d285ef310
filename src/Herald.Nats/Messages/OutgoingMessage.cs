using NATS.Client.Core;

namespace Herald.Nats.Messages;

/// <summary>A message to publish. It is copied when it is published, so its memory can be reused after that.</summary>
public readonly record struct OutgoingMessage(string Subject, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Bytes of the version line and of the empty line at the end.</summary>
    private const int HeaderFrame = 12;

    /// <summary>Bytes of a header beside its name and value: a colon, a space and the end of the line.</summary>
    private const int HeaderLine = 4;

    public string? ReplyTo { get; init; }

    /// <summary>Null for none. One character is one byte on the wire; see <see cref="HeaderText"/>.</summary>
    public NatsHeaders? Headers { get; init; }

    /// <summary>The bytes that a server counts against its <c>max_payload</c>.</summary>
    public int Bytes => Payload.Length + (Headers is { Count: > 0 } headers ? HeaderFrame + headers.Sum(header => header.Key.Length + header.Value.ToString().Length + HeaderLine) : 0);
}
