using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Herald.Engine.Basics;

namespace Herald.Engine.Events;

/// <summary>
/// The place of a message in its external stream, for display and for ids. A message has the same place whenever it is read.
/// </summary>
/// <param name="Stream">The stream from which it was read, for example <c>kafka/main/events</c>.</param>
/// <param name="Partition">0 for a stream without partitions.</param>
public readonly record struct SourcePlace(string Stream, int Partition, long Offset)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stream}/{Partition}/{Offset}");

    /// <summary>Writes the id of an event whose message has no id.</summary>
    /// <param name="timeMs">
    /// The message's own time. It is part of the id because, after a stream is removed and created again, another message has the same
    /// place.
    /// </param>
    public ReadOnlySpan<byte> WriteId(long? timeMs, Span<byte> into)
    {
        // A stream's name can be longer than an id. The end of the name and the numbers distinguish places.
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
