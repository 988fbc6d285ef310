using System.Buffers;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>
/// Reads the events of several starts in one call and copies each start's event into a buffer of its own. One for each shard. Not
/// thread-safe.
/// </summary>
internal sealed class EventLoader(IEventLog log, ShardId shard) : IEventSink
{
    private readonly List<StartAttempt> _starts = [];
    private byte[]?[] _records = [];
    private int[] _lengths = [];
    private string?[] _damages = [];
    private int _next;

    /// <param name="loaded">
    /// Called once for each start, in order of sequences. A null buffer means that the event is damaged, if the last argument says so, or
    /// no longer kept.
    /// </param>
    public async ValueTask LoadAsync(IReadOnlyList<StartAttempt> starts, Action<StartAttempt, byte[]?, int, string?> loaded, CancellationToken cancel)
    {
        _starts.Clear();
        _starts.AddRange(starts);
        _starts.Sort((a, b) => a.Item.Sequence.CompareTo(b.Item.Sequence));
        if (_records.Length < _starts.Count)
            (_records, _lengths, _damages) = (new byte[]?[_starts.Count], new int[_starts.Count], new string?[_starts.Count]);
        _next = 0;
        // The previous reading may have failed half-way.
        Array.Clear(_records);
        Array.Clear(_damages);
        await log.ReadEventsAsync(shard, Sequences(), this, cancel);
        for (var i = 0; i < _starts.Count; i++)
        {
            var record = _records[i];
            _records[i] = null;
            loaded(_starts[i], record, _lengths[i], _damages[i]);
        }
    }

    void IEventSink.OnEvent(long sequence, ReadOnlySpan<byte> record)
    {
        while (_starts[_next].Item.Sequence != sequence)
            _next++;
        // Several subscriptions may start the same event.
        for (; _next < _starts.Count && _starts[_next].Item.Sequence == sequence; _next++)
        {
            var copy = ArrayPool<byte>.Shared.Rent(record.Length);
            record.CopyTo(copy);
            (_records[_next], _lengths[_next]) = (copy, record.Length);
        }
    }

    void IEventSink.OnDamaged(long sequence, string damage)
    {
        for (var i = 0; i < _starts.Count; i++)
        {
            if (_starts[i].Item.Sequence == sequence)
                _damages[i] = damage;
        }
    }

    private long[] Sequences()
    {
        var sequences = new List<long>(_starts.Count);
        foreach (var start in _starts)
        {
            if (sequences.Count == 0 || sequences[^1] != start.Item.Sequence)
                sequences.Add(start.Item.Sequence);
        }
        return [.. sequences];
    }
}
