using System.Globalization;

namespace Herald.Lab.Benches.Traffic;

/// <summary>The target and the form of requests: events published to a topic, or bare payloads posted to an endpoint.</summary>
/// <param name="Topic">Null for bare payloads.</param>
internal sealed record TrafficAddress(Uri Target, string? Topic)
{
    public string Head { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"POST {(Topic is null ? Target.AbsolutePath : $"/v1/topics/{Topic}/events")} HTTP/1.1\r\nHost: {Target.Authority}\r\nContent-Type: application/json\r\nContent-Length: {BytesOf(Topic)}\r\n\r\n");

    public int BodyBytes => BytesOf(Topic);

    public void Write(TrafficEvent one, int types, Span<byte> body)
    {
        if (Topic is null)
            one.WritePayload(body);
        else
            one.WriteEnvelope(body, types);
    }

    private static int BytesOf(string? topic) => topic is null ? TrafficEvent.PayloadBytes : TrafficEvent.EnvelopeBytes;
}
