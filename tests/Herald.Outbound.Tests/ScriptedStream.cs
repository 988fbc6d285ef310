namespace Herald.Outbound.Tests;

/// <summary>A stream that keeps what is written, and gives these bytes and then its end to read.</summary>
internal sealed class ScriptedStream(byte[] answer) : MemoryStream(answer)
{
    private readonly List<byte> _written = [];

    public byte[] Written => [.. _written];

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _written.AddRange(buffer.Span);
        return ValueTask.CompletedTask;
    }
}
