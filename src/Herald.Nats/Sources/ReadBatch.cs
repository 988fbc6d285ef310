using System.Runtime.InteropServices;
using System.Text;
using Herald.Engine.Sources;
using Herald.Nats.JetStream;

namespace Herald.Nats.Sources;

/// <summary>Messages on their way into the log.</summary>
internal sealed class ReadBatch(SourceBatch events, string stream, TimeProvider time) : IDisposable
{
    /// <summary>Headers that servers and their clients write for each other.</summary>
    private static ReadOnlySpan<byte> OwnHeaders => "Nats-"u8;

    private static readonly byte[] MessageId = Encoding.ASCII.GetBytes(JetStreamClient.MessageIdHeader);
    private readonly List<SourceHeader> _headers = [];

    public int Count => events.Count;
    public int Bytes => events.Bytes;
    public Arrival Last { get; private set; }

    /// <param name="number">A unique number, which is the place of a message without a stream.</param>
    public void Add(in Arrival arrival, long number)
    {
        var isKept = arrival.Reading is not null;
        var subject = Encoding.UTF8.GetBytes(arrival.Message.Subject);
        ReadOnlyMemory<byte> key = subject, given = default;
        _headers.Clear();
        _headers.Add(new("subject", subject));
        foreach (var header in arrival.Message.Headers)
        {
            if (header.Name.SequenceEqual(MessageId))
                given = header.KeptValue;
            else if (header.Name.SequenceEqual("key"u8))
                key = header.KeptValue;
            else if (!header.Name.StartsWith(OwnHeaders))
                _headers.Add(new(Encoding.UTF8.GetString(header.Name), header.KeptValue));
        }
        if (!given.IsEmpty)
            _headers.Add(new("id", given));
        // It comes at most once, so it needs no id by which it could be recognised.
        else if (!isKept && !_headers.Exists(header => header.Name == "id"))
            _headers.Add(new("id", Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"))));
        events.Add(new SourceMessage
        {
            Place = new(stream, 0, isKept ? arrival.Place.Sequence : number),
            Key = key.Span,
            Value = arrival.Message.Payload.Span,
            Headers = CollectionsMarshal.AsSpan(_headers),
            TimeMs = isKept ? arrival.Place.TimeMs : time.GetUtcNow().ToUnixTimeMilliseconds(),
        });
        Last = arrival;
    }

    public Task<SourceTally> PublishAsync(CancellationToken cancel) => events.PublishAsync(cancel).AsTask();

    public void Dispose() => events.Dispose();
}
