using System.Buffers;

namespace Herald.Nats.Wire;

/// <summary>Headers on their way out.</summary>
public sealed class HeaderBlock
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public HeaderBlock() => _bytes.Write("NATS/1.0\r\n"u8);

    /// <returns>False when it cannot be a header: its name is not printable, or has a colon; or its value has an end of line.</returns>
    public bool TryAdd(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)'!', (byte)'~') || name.Contains((byte)':') || value.ContainsAny(LineEnds))
            return false;
        _bytes.Write(name);
        _bytes.Write(": "u8);
        _bytes.Write(value);
        _bytes.Write("\r\n"u8);
        return true;
    }

    /// <summary>For names and values that are the program's own.</summary>
    /// <exception cref="ArgumentException">It cannot be a header.</exception>
    public HeaderBlock Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        TryAdd(name, value) ? this : throw new ArgumentException("This cannot be a header.", nameof(value));

    /// <summary>The whole block. Nothing may be added any more.</summary>
    public ReadOnlyMemory<byte> End()
    {
        _bytes.Write("\r\n"u8);
        return _bytes.WrittenMemory;
    }
}
