using System.Threading.Tasks.Sources;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;

namespace Herald.Journal.Writes;

/// <summary>An append under way. It is pooled and serves as its own task, so that the hot path allocates nothing.</summary>
internal sealed class AppendRequest(AppendPool pool) : Request, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private ReadOnlyMemory<NewEvent> _events;
    private Memory<Appended> _verdicts;
    private int _maxBytes;

    public override int MaxBytes => _maxBytes;

    public AppendRequest Begin(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, int maxBytes)
    {
        _events = events;
        _verdicts = verdicts;
        _maxBytes = maxBytes;
        return this;
    }

    public ValueTask Task => new(this, _source.Version);

    public static long BytesOf(ReadOnlySpan<NewEvent> events)
    {
        var bytes = 0L;
        foreach (ref readonly var one in events)
            bytes += EventEntry.Bytes(one.Record.Length);
        return bytes;
    }

    public override void Encode(Writer writer, bool hasRoom)
    {
        var events = _events.Span;
        var verdicts = _verdicts.Span;
        var (refused, hasSegment) = (0, hasRoom);
        for (var i = 0; i < events.Length; i++)
        {
            var shard = events[i].Shard.Value;
            verdicts[i] = writer.Appender.Append(events[i], hasRoom, writer.Contents.IndexSpare);
            if (verdicts[i].Verdict == Verdict.Accepted)
                writer.Room.HasIndex(shard);
            if (verdicts[i].Verdict != Verdict.NoRoom)
                continue;
            if (hasRoom)
                writer.Room.NoIndex(shard);
            // Refuse the rest too: later events must not be stored before this one if room appears a moment later.
            (refused, hasRoom) = (refused + 1, false);
        }
        if (refused > 0)
            writer.Room.Refused(refused, hasSegment);
    }

    public override void Complete(Writer writer) => writer.Durable.Add(this);

    public override void Fail(Exception failure)
    {
        _source.RunContinuationsAsynchronously = true;
        _source.SetException(failure);
    }

    /// <summary>Runs the publisher's continuation on this thread.</summary>
    public void Continue() => _source.SetResult(true);

    public void GetResult(short token)
    {
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _source.RunContinuationsAsynchronously = false;
            _events = default;
            _verdicts = default;
            pool.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
