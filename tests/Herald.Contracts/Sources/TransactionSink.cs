using System.Text;
using Herald.Brokers.Sinks;
using Herald.Engine.Sources;
using Herald.Engine.Stores;

namespace Herald.Contracts.Sources;

/// <summary>The sink of an application that saves messages and positions in one transaction.</summary>
public sealed class TransactionSink : IMessageSink
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _positions = [];
    private readonly List<(string Key, string Payload)> _saved = [];
    private volatile TaskCompletionSource? _held;
    private volatile bool _isMute;
    private int _open, _mostOpen, _openBytes, _mostOpenBytes, _waiting, _unanswered;

    /// <summary>Transactions take effect, and their callers never learn it.</summary>
    public bool IsMute { get => _isMute; set => _isMute = value; }

    /// <summary>The number of transactions whose callers did not learn of them.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>The number of transactions that have waited, or wait, until <see cref="LetGo"/>.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>The reason for which transactions fail; null when they succeed.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The most batches, and the most bytes of messages, that were in memory at the same time.</summary>
    public (int Batches, int Bytes) MostOpen
    {
        get
        {
            lock (_lock)
                return (_mostOpen, _mostOpenBytes);
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _saved.Count;
        }
    }

    public IReadOnlyList<string> PayloadsOf(string key)
    {
        lock (_lock)
            return [.. _saved.Where(message => message.Key == key).Select(message => message.Payload)];
    }

    /// <summary>Transactions wait until <see cref="LetGo"/>.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _held?.TrySetResult();

    public ValueTask StartAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    public ValueTask<long?> FindPositionAsync(string source, CancellationToken cancel)
    {
        lock (_lock)
            return new(_positions.TryGetValue(source, out var position) ? position : null);
    }

    public ISinkBatch Begin() => new Batch(this);

    private void Open(int batches, int bytes)
    {
        lock (_lock)
        {
            (_open, _openBytes) = (_open + batches, _openBytes + bytes);
            (_mostOpen, _mostOpenBytes) = (Math.Max(_mostOpen, _open), Math.Max(_mostOpenBytes, _openBytes));
        }
    }

    private sealed class Batch(TransactionSink sink) : ISinkBatch
    {
        private readonly List<(string Source, long Offset, string Key, string Payload)> _messages = [];

        public int Count => _messages.Count;
        public int Bytes { get; private set; }

        public void Add(in SourceMessage message, string? source)
        {
            if (_messages.Count == 0)
                sink.Open(1, 0);
            _messages.Add((source ?? "", message.Place.Offset, Encoding.UTF8.GetString(message.Key), Encoding.UTF8.GetString(message.Value)));
            Bytes += message.Value.Length;
            sink.Open(0, message.Value.Length);
        }

        public async ValueTask<SourceTally> SaveAsync(IReadOnlyList<SourcePosition> positions, CancellationToken cancel)
        {
            if (sink._held is { } held)
            {
                Interlocked.Increment(ref sink._waiting);
                await held.Task.WaitAsync(cancel);
            }
            if (sink.Failure is { } failure)
                throw failure;
            var tally = Commit(positions);
            if (sink._isMute)
            {
                Interlocked.Increment(ref sink._unanswered);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            }
            return tally;
        }

        public void Dispose()
        {
            if (_messages.Count > 0)
                sink.Open(-1, -Bytes);
        }

        private SourceTally Commit(IReadOnlyList<SourcePosition> positions)
        {
            lock (sink._lock)
            {
                var before = sink._saved.Count;
                sink._saved.AddRange(_messages.Where(m => m.Offset >= sink._positions.GetValueOrDefault(m.Source)).Select(m => (m.Key, m.Payload)));
                foreach (var position in positions)
                    sink._positions[position.Source] = Math.Max(sink._positions.GetValueOrDefault(position.Source), position.Position);
                var accepted = sink._saved.Count - before;
                return new(accepted, _messages.Count - accepted, 0);
            }
        }
    }
}
