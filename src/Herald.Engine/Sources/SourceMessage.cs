using Herald.Engine.Events;

namespace Herald.Engine.Sources;

/// <summary>One message as a source has read it. Valid during the call only.</summary>
public readonly ref struct SourceMessage
{
    private const int TraceLength = 55;

    public required SourcePlace Place { get; init; }

    /// <summary>Empty for none.</summary>
    public ReadOnlySpan<byte> Key { get; init; }
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>The message has no value, which differs from an empty one: it means that its key was deleted.</summary>
    public bool IsTombstone { get; init; }

    public ReadOnlySpan<SourceHeader> Headers { get; init; }

    /// <summary>The sender's time in Unix milliseconds, if known.</summary>
    public long? TimeMs { get; init; }

    /// <summary>The header <c>traceparent</c>. Empty when it is malformed, because that is no reason to lose a message.</summary>
    public ReadOnlySpan<byte> Trace =>
        Find("traceparent") is { Value.Span: { Length: TraceLength } trace } && !trace.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E)
            ? trace
            : default;

    /// <summary>The last header of this name, because the last one counts when names repeat; null when there is none.</summary>
    public SourceHeader? Find(string name)
    {
        for (var i = Headers.Length - 1; i >= 0; i--)
        {
            if (Headers[i].Name == name)
                return Headers[i];
        }
        return null;
    }
}

public readonly record struct SourceHeader(string Name, ReadOnlyMemory<byte> Value);
