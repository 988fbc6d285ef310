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
        // A source position promises that all events up to it are stored. So with a position, store all of its events or none.
        if (_position is not null && hasRoom)
            hasRoom = writer.Appender.TryReserve(events);
        var refused = 0;
        for (var i = 0; i < events.Length; i++)
        {
            verdicts[i] = writer.Appender.Append(events[i], hasRoom);
            if (verdicts[i].Verdict != Verdict.NoRoom)
                continue;
            // Refuse the rest too: later events must not be stored before this one if room appears a moment later.
            (refused, hasRoom) = (refused + 1, false);
        }
        if (refused > 0)
            writer.Room.Refused(refused);
        // Nothing was refused: all events up to the position are stored, as new events or as duplicates, or there are none. The position
        // can use the reserve.
        else if (_position is not null && (hasRoomForAll || writer.TryMakeRoom(BytesOf([], _position), RoomFor.Deliveries) || events.IsEmpty))
            writer.Contents.Sources.Write(writer.Contents.Frame, _position);
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
            _position = null;
            pool.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
