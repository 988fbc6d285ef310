using System.Globalization;
using System.Text.Unicode;
using Herald.Engine.Publishing;
using Herald.Engine.Sources;

namespace Herald.Kafka.Sources;

/// <summary>
/// Reads messages as they are (<see cref="PlainReader"/>). Without an id of its own a message is named by its place, and by its time:
/// in a topic that was deleted and made again, another message has the same place.
/// </summary>
public sealed class PlaceReader : IMessageReader
{
    private const int LongestId = 255, LongestTime = 24;
    private readonly PlainReader _plain = new();
    private readonly byte[] _id = new byte[LongestId];

    public string? Read(in SourceMessage message, out EventDraft draft)
    {
        var refusal = _plain.Read(message, out draft);
        if (message.TimeMs is { } time && message.Find("id") is not { Value.IsEmpty: false })
        {
            var place = message.Place.WriteId(_id.AsSpan(0, _id.Length - LongestTime)).Length;
            Utf8.TryWrite(_id.AsSpan(place), CultureInfo.InvariantCulture, $"@{time}", out var more);
            draft.Id = _id.AsSpan(0, place + more);
        }
        return refusal;
    }
}
