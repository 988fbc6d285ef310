using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Herald.Engine.Publishing;

namespace Herald.Engine.Sources;

/// <summary>Where a message stands outside, for people and for ids: the same message has the same place whenever it is read.</summary>
/// <param name="Stream">What it was read from, e.g. <c>kafka/main/events</c>.</param>
/// <param name="Partition">0 where there are none.</param>
public readonly record struct SourcePlace(string Stream, int Partition, long Offset)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stream}/{Partition}/{Offset}");

    /// <summary>The id of an event whose message has none.</summary>
    /// <param name="timeMs">The message's own: in a stream that was removed and made again another message has the same place.</param>
    public ReadOnlySpan<byte> WriteId(long? timeMs, Span<byte> into)
    {
        // A stream's name may be long, an id may not: its end and the numbers tell places apart.
        Span<byte> numbers = stackalloc byte[64];
        Utf8.TryWrite(numbers, CultureInfo.InvariantCulture, $"/{Partition}/{Offset}", out var tail);
        if (timeMs is { } time)
        {
            Utf8.TryWrite(numbers[tail..], CultureInfo.InvariantCulture, $"@{time}", out var more);
            tail += more;
        }
        var room = Math.Min(into.Length, IntakeOptions.MaxIdBytes) - tail;
        var stream = Stream.AsSpan();
        while (Encoding.UTF8.GetByteCount(stream) > room)
            stream = stream[1..];
        var used = Encoding.UTF8.GetBytes(stream, into);
        numbers[..tail].CopyTo(into[used..]);
        return into[..(used + tail)];
    }
}
