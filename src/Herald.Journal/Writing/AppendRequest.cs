using System.Threading.Tasks.Sources;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;

namespace Herald.Journal.Writing;

/// <summary>An append in flight. Pooled, and its own task: the hot path allocates nothing.</summary>
internal sealed class AppendRequest(AppendPool pool) : Request, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private ReadOnlyMemory<NewEvent> _events;
    private Memory<Appended> _verdicts;
    private SourcePosition? _position;
    private int _maxBytes;

    public override int MaxBytes => _maxBytes;

    public AppendRequest Begin(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, SourcePosition? position, int maxBytes)
    {
        _events = events;
        _verdicts = verdicts;
        _position = position;
        _maxBytes = maxBytes;
        return this;
    }

    public ValueTask Task => new(this, _source.Version);

    public static long BytesOf(ReadOnlySpan<NewEvent> events, SourcePosition? position)
    {
        long bytes = position is null ? 0 : 32 + (3 * position.Source.Length);
        foreach (ref readonly var one in events)
            bytes += EventEntry.Bytes(one.Record.Length);
        return bytes;
    }

    public override void Encode(Writer writer, bool hasRoom)
    {
        var verdicts = _verdicts.Span;
        if (_position is { } position && position.Position <= writer.Contents.Sources.Find(position.Source))
        {
            verdicts.Fill(new Appended(Verdict.Duplicate, 0));
            return;
        }
        var events = _events.Span;
        var hasRoomForAll = hasRoom;
        // A position says that all events up to it are stored: with it, the events are stored all or none.
        if (_position is not null && hasRoom)
            hasRoom = writer.Appender.TryReserve(events);
        var refused = 0;
        for (var i = 0; i < events.Length; i++)
        {
            verdicts[i] = writer.Appender.Append(events[i], hasRoom);
            if (verdicts[i].Verdict != Verdict.NoRoom)
                continue;
            // What follows must not be taken before it, should there be room a moment later.
            (refused, hasRoom) = (refused + 1, false);
        }
        if (refused > 0)
            writer.Room.Refused(refused);
        // Else all events up to the position are stored, though there may have been no room: they are duplicates, or none.
        else if (_position is not null && (hasRoomForAll || writer.TryMakeRoom(BytesOf([], _position), RoomFor.Deliveries) || events.IsEmpty))
            writer.Contents.Sources.Write(writer.Contents.Frame, _position);
    }

    public override void Complete(Writer writer) => writer.Durable.Add(this);

    public override void Fail(Exception failure)
    {
        _source.RunContinuationsAsynchronously = true;
        _source.SetException(failure);
    }

    /// <summary>Runs the publisher's continuation, here and now.</summary>
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
            _position = null;
            pool.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
