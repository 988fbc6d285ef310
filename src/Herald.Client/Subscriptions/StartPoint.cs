using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>Where a subscription or a replay starts.</summary>
[JsonConverter(typeof(StartPointConverter))]
public sealed record StartPoint
{
    private readonly string? _text;
    private readonly long _sequence;

    private StartPoint(string? text, long sequence) => (_text, _sequence) = (text, sequence);

    /// <summary>Behind all events that there are.</summary>
    public static StartPoint Now { get; } = new("now", 0);

    /// <summary>At the oldest event that is kept.</summary>
    public static StartPoint Earliest { get; } = new("earliest", 0);

    /// <summary>At the events that were accepted at this time.</summary>
    public static StartPoint Time(DateTimeOffset time) =>
        new(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture), 0);

    /// <summary>At this sequence, in every shard.</summary>
    public static StartPoint Sequence(long sequence) => new(null, sequence);

    /// <summary>
    /// A start point as people type it: <c>now</c>, <c>earliest</c>, a time or a sequence. A whole number is a sequence; Herald checks
    /// everything else.
    /// </summary>
    public static StartPoint Parse(string typed) =>
        long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? Sequence(sequence) : new(typed, 0);

    /// <summary>As it is sent: a sequence as a number, everything else as text.</summary>
    public JsonNode ToJson() => _text is null ? JsonValue.Create(_sequence) : JsonValue.Create(_text)!;

    public override string ToString() => _text ?? _sequence.ToString(CultureInfo.InvariantCulture);
}
