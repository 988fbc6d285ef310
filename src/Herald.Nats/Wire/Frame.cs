using System.Buffers;

namespace Herald.Nats.Wire;

/// <summary>One thing that a server has said. It points into what was read, and lives as long as that.</summary>
public ref struct Frame
{
    public FrameKind Kind;

    /// <summary>What follows the word: the JSON of an information, the text of an error.</summary>
    public ReadOnlySpan<byte> Text;

    // Of messages.
    public ReadOnlySpan<byte> Subject;

    /// <summary>Empty for none.</summary>
    public ReadOnlySpan<byte> ReplyTo;

    /// <summary>The subscription's number.</summary>
    public long Sid;

    /// <summary>How much of <see cref="Body"/> are headers; 0 for none.</summary>
    public int HeaderBytes;

    public ReadOnlySequence<byte> Body;
}
