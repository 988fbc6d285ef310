using Confluent.Kafka;
using Herald.Engine.Sources;

namespace Herald.Kafka.Sources;

/// <summary>Messages on their way into the log, and the offset at which each partition continues after them.</summary>
internal sealed class ReadBatch(SourceBatch events, long begunAt) : IDisposable
{
    private readonly Dictionary<OwnedPartition, Offset> _next = [];
    private SourceHeader[] _headers = [];

    /// <summary>When its first message was added, as a timestamp of the time provider.</summary>
    public long BegunAt { get; } = begunAt;

    public int Count => events.Count;
    public int Bytes => events.Bytes;

    /// <summary>For each partition, the offset after its last message in this batch.</summary>
    public IReadOnlyDictionary<OwnedPartition, Offset> Next => _next;

    public void Add(ConsumeResult<byte[]?, byte[]?> read, OwnedPartition partition)
    {
        var message = read.Message;
        events.Add(new SourceMessage
        {
            Place = new(partition.Stream, read.Partition.Value, read.Offset.Value),
            Key = message.Key,
            Value = message.Value,
            IsTombstone = message.Value is null,
            Headers = HeadersOf(message.Headers),
            TimeMs = message.Timestamp.Type == TimestampType.NotAvailable ? null : message.Timestamp.UnixTimestampMs,
        });
        // The last offset, not the greatest: a topic that is created again starts from the beginning.
        _next[partition] = read.Offset + 1;
    }

    public Task<SourceTally> PublishAsync(CancellationToken cancel) => Task.Run(() => events.PublishAsync(cancel).AsTask(), cancel);

    public void Dispose() => events.Dispose();

    private ReadOnlySpan<SourceHeader> HeadersOf(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
            return [];
        if (_headers.Length < headers.Count)
            _headers = new SourceHeader[headers.Count];
        for (var i = 0; i < headers.Count; i++)
            _headers[i] = new(headers[i].Key, headers[i].GetValueBytes());
        return _headers.AsSpan(0, headers.Count);
    }
}
