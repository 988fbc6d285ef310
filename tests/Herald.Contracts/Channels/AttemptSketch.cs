using System.Buffers.Binary;
using System.Text;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Contracts.Channels;

/// <summary>Builds attempts for tests of channels. Everything has a default, so a test names only what it needs.</summary>
public sealed record AttemptSketch
{
    public required Uri Endpoint { get; init; }
    public string Topic { get; init; } = "orders";
    public string Id { get; init; } = "event-1";
    public string? Key { get; init; } = "key-1";
    public string Type { get; init; } = "";
    public string ContentType { get; init; } = "application/json";
    public string Trace { get; init; } = "";
    public IReadOnlyList<(string Name, string Value)> Attributes { get; init; } = [];
    public byte[] Payload { get; init; } = "{\"test\": 2432232314}"u8.ToArray();
    public string MessageId { get; init; } = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    public long Sequence { get; init; } = 1;
    public int Number { get; init; } = 1;
    public Redelivery Redelivery { get; init; }
    public Secrets Secrets { get; init; } = Secrets.None;
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    public Attempt ToAttempt() => new(ToSubscription(), Secrets, ToEvent(), MessageId, Sequence, Number, Redelivery);

    private Subscription ToSubscription() => new()
    {
        Id = "subscription-1",
        Number = 1,
        Topic = Topic,
        TopicNumber = 1,
        Endpoint = Engine.Subscriptions.Endpoint.At(Endpoint),
        Limits = DeliveryLimits.Default with { Timeout = Timeout },
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Writes the record in the layout that <see cref="EventView"/> documents, so that tests of channels need no intake.</summary>
    private EventView ToEvent()
    {
        byte[] topic = Encoding.UTF8.GetBytes(Topic), id = Encoding.UTF8.GetBytes(Id), key = Encoding.UTF8.GetBytes(Key ?? "");
        byte[] type = Encoding.UTF8.GetBytes(Type), contentType = Encoding.UTF8.GetBytes(ContentType), trace = Encoding.UTF8.GetBytes(Trace);
        byte[] attributes = [.. Attributes.SelectMany(one => Encode(one.Name, one.Value))];
        var prefix = new byte[44];
        prefix[0] = 1;
        prefix[1] = (byte)((Key is null ? EventFlags.None : EventFlags.Keyed) | EventFlags.Identified);
        prefix[2] = checked((byte)topic.Length);
        prefix[3] = checked((byte)id.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(4), checked((ushort)key.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(6), checked((ushort)type.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(8), checked((ushort)contentType.Length));
        prefix[12] = checked((byte)trace.Length);
        prefix[13] = checked((byte)Attributes.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(14), checked((ushort)attributes.Length));
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(16), Payload.Length);
        var view = new EventView((byte[])[.. prefix, .. topic, .. id, .. key, .. type, .. contentType, .. trace, .. attributes, .. Payload]);
        return view.IsWellFormed() ? view : throw new InvalidOperationException("The sketch does not follow the record's layout.");
    }

    private static byte[] Encode(string name, string value)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name), valueBytes = Encoding.UTF8.GetBytes(value);
        var lengths = new byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(lengths, checked((ushort)nameBytes.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(lengths.AsSpan(2), checked((ushort)valueBytes.Length));
        return [.. lengths, .. nameBytes, .. valueBytes];
    }
}
