using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Herald.Brokers.Feeds;
using Herald.Engine.Sources;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.Nats.Sources;

/// <summary>Adds messages of NATS to batches, with the meaning that their headers have.</summary>
/// <param name="stream">The origin of the messages, for ids and for operators.</param>
internal sealed class FeedWriter(string stream, TimeProvider time)
{
    /// <summary>Headers that servers and their clients write for each other.</summary>
    private static ReadOnlySpan<byte> OwnHeaders => "Nats-"u8;

    private static readonly byte[] MessageId = Encoding.ASCII.GetBytes(JetStreamClient.MessageIdHeader);
    private readonly List<SourceHeader> _headers = [];

    /// <summary>
    /// The place of the last message without a stream. The first is random, so that two nodes, or two starts, have different ones.
    /// </summary>
    private long _number = RandomNumberGenerator.GetInt32(int.MaxValue) * (1L << 24);

    /// <summary>A message of a stream.</summary>
    public void Add(FeedBatch into, NatsMessage message, StreamReading reading, in DeliveryPlace place) =>
        Add(into, message, place.Sequence, place.TimeMs, reading);

    /// <summary>A message without a stream, which comes once.</summary>
    public void Add(FeedBatch into, NatsMessage message) => Add(into, message, ++_number, time.GetUtcNow().ToUnixTimeMilliseconds(), null);

    private void Add(FeedBatch into, NatsMessage message, long number, long timeMs, StreamReading? reading)
    {
        var subject = Encoding.UTF8.GetBytes(message.Subject);
        ReadOnlyMemory<byte> key = subject, given = default;
        _headers.Clear();
        _headers.Add(new("subject", subject));
        foreach (var header in message.Headers)
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
        else if (reading is null && !_headers.Exists(header => header.Name == "id"))
            _headers.Add(new("id", Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"))));
        into.Add(
            new SourceMessage
            {
                Place = new(stream, 0, number),
                Key = key.Span,
                Value = message.Payload.Span,
                Headers = CollectionsMarshal.AsSpan(_headers),
                TimeMs = timeMs,
            },
            reading,
            number + 1,
            message.ReplyTo);
    }
}
