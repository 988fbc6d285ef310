using System.Buffers;

namespace Herald.Nats.Tests.Wire;

/// <summary>Bytes as a pipe holds them: in segments.</summary>
internal static class Pieces
{
    /// <param name="cuts">Where a segment ends, ascending.</param>
    public static ReadOnlySequence<byte> Of(byte[] bytes, params IEnumerable<int> cuts)
    {
        Segment? first = null, last = null;
        var from = 0;
        foreach (var to in cuts.Append(bytes.Length))
        {
            last = new Segment(bytes.AsMemory(from, to - from), last);
            first ??= last;
            from = to;
        }
        return new(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> bytes, Segment? before)
        {
            Memory = bytes;
            if (before is null)
                return;
            before.Next = this;
            RunningIndex = before.RunningIndex + before.Memory.Length;
        }
    }
}
