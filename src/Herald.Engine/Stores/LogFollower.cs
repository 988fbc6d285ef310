using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>
/// Follows the logs of all shards: reads them piece by piece from a start on, then waits until one of them grows. Used by one reader.
/// </summary>
/// <remarks>
/// A piece counts as taken when the next one is asked for. When the store or the reader fails, the next reading begins with the same piece.
/// A reader that must survive an outage calls again after a wait.
/// </remarks>
/// <param name="pieceSize">The most entries of a piece.</param>
/// <param name="readsUnreported">
/// Each reading also tries the logs that the store has not reported as grown. The store reports a log that grows on another node late, so
/// this finds events earlier, for a read of every log each time.
/// </param>
public sealed class LogFollower(IEventLog log, int pieceSize, bool readsUnreported = false) : IDisposable
{
    // One slot is enough: if it is full, the reader is about to read anyway.
    private readonly Channel<bool> _grown = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // By shard: where the next reading begins, the last sequence at the start, and the last one that the store has reported.
    private readonly long[] _next = new long[log.ShardCount], _before = new long[log.ShardCount], _heads = new long[log.ShardCount];
    private readonly IndexEntry[] _entries = new IndexEntry[pieceSize];
    private IDisposable? _hints;

    /// <summary>Sets where the reading begins. Must be called once, before anything else.</summary>
    /// <param name="since">Begins with what was accepted from this time on and is still kept. Null: with what is accepted from now on.</param>
    public async ValueTask StartAsync(DateTimeOffset? since, CancellationToken cancel)
    {
        // Registered before the bounds are read, so that no report in between is missed.
        _hints = log.OnHead(OnHead);
        for (var shard = 0; shard < _next.Length; shard++)
        {
            var id = new ShardId(shard);
            var first = since is { } time ? await log.FindByTimeAsync(id, time, cancel) : default(long?);
            _before[shard] = (await log.BoundsAsync(id, cancel)).Last;
            _next[shard] = first ?? _before[shard] + 1;
            Atomically.Raise(ref _heads[shard], _before[shard]);
        }
    }

    /// <summary>
    /// Reads up to the last sequences that the store has reported at the moment of the call, a piece of each shard in turn. A follower that
    /// reads unreported logs goes on until it finds no more in any of them.
    /// </summary>
    public async IAsyncEnumerable<LogPiece> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var ends = new long[_next.Length];
        for (var shard = 0; shard < ends.Length; shard++)
            ends[shard] = readsUnreported ? long.MaxValue : Volatile.Read(ref _heads[shard]);
        for (var found = true; found;)
        {
            found = false;
            for (var shard = 0; shard < ends.Length; shard++)
            {
                if (_next[shard] > ends[shard])
                    continue;
                var (id, isNew) = (new ShardId(shard), _next[shard] > _before[shard]);
                // The entries from before end with a piece of their own.
                var most = isNew ? _entries.Length : (int)Math.Min(_entries.Length, _before[shard] - _next[shard] + 1);
                var read = await log.ReadIndexAsync(id, _next[shard], _entries.AsMemory(0, most), cancel);
                if (read.Next == _next[shard])
                    continue;
                if (read.Count > 0)
                    yield return new LogPiece(id, _entries.AsMemory(0, read.Count), isNew);
                // Events that retention has freed meanwhile are skipped.
                _next[shard] = read.Next;
                found = true;
            }
        }
    }

    /// <summary>Completes when the store has reported something since the last call.</summary>
    public async ValueTask WaitAsync(CancellationToken cancel) => await _grown.Reader.ReadAsync(cancel);

    public void Dispose() => _hints?.Dispose();

    private void OnHead(ShardId shard, long sequence)
    {
        Atomically.Raise(ref _heads[shard.Value], sequence);
        _ = _grown.Writer.TryWrite(true);
    }
}
