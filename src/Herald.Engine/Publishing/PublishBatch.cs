using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Publishing;

/// <summary>Events for one topic that are to be appended together. Each is checked and encoded when it is added.</summary>
/// <remarks>
/// Rent a batch from <see cref="Intake"/>, add events, publish, read the results, and dispose it to return it. Not thread-safe.
/// </remarks>
public sealed class PublishBatch : IDisposable
{
    private readonly Intake _intake;
    private readonly byte[] _givenId = new byte[36];
    private byte[] _bytes = [];
    private int _used;
    private (int Start, int Length)[] _records = new (int, int)[1];
    private NewEvent[] _events = new NewEvent[1];
    private Appended[] _verdicts = new Appended[1];

    internal PublishBatch(Intake intake) => _intake = intake;

    public Topic Topic { get; private set; } = null!;
    public int Count { get; private set; }

    /// <summary>One verdict for each added event, by index. Valid once <see cref="Intake.PublishAsync"/> has completed.</summary>
    public ReadOnlySpan<Appended> Results => _verdicts.AsSpan(0, Count);

    public EventView this[int index] => new(_bytes.AsMemory(_records[index].Start, _records[index].Length));

    /// <summary>The shard of the event. Valid once the batch is published.</summary>
    public ShardId ShardOf(int index) => _events[index].Shard;

    internal ReadOnlyMemory<NewEvent> Events => _events.AsMemory(0, Count);
    internal Memory<Appended> Verdicts => _verdicts.AsMemory(0, Count);

    /// <summary>Bytes of the records of all added events. The batch holds them until it is disposed.</summary>
    public int Bytes => _used;

    internal void Begin(Topic topic) => (Topic, Count, _used) = (topic, 0, 0);

    /// <summary>Changes to the present topic of the same name.</summary>
    internal void MoveTo(Topic topic) => Topic = topic;

    /// <summary>Checks and encodes one event. An event with a problem is not added.</summary>
    public FieldProblem? Add(in EventDraft given)
    {
        if (Check(given) is { } problem)
            return problem;
        var draft = given;
        if (!draft.HasId)
        {
            Guid.CreateVersion7(_intake.Time.GetUtcNow()).TryFormat(_givenId, out _);
            draft.Id = _givenId;
        }
        if (draft.ContentType.IsEmpty)
            draft.ContentType = "application/json"u8;
        var attributes = draft.Attributes is null ? default : draft.Attributes.Encoded();
        var length = EventEncoder.LengthOf(draft, Topic.NameUtf8.Length, attributes, 0);
        Reserve(length);
        EventEncoder.Write(
            draft, Topic.NameUtf8, attributes, draft.Attributes?.Count ?? 0, default, _intake.Time.GetUtcNow().ToUnixTimeMilliseconds(), 0,
            _bytes.AsSpan(_used, length));
        _records[Count++] = (_used, length);
        _used += length;
        return null;
    }

    /// <summary>Makes the index entries. From here on the buffer does not move, so they can point into it.</summary>
    internal void Seal()
    {
        if (_events.Length < Count)
            (_events, _verdicts) = (new NewEvent[_records.Length], new Appended[_records.Length]);
        for (var i = 0; i < Count; i++)
            _events[i] = _intake.Encoder.Index(_bytes.AsMemory(_records[i].Start, _records[i].Length), Topic.Number);
    }

    /// <summary>How many events found no room when they were published.</summary>
    internal int CountRefused()
    {
        var refused = 0;
        foreach (var one in Results)
            refused += one.Verdict == Verdict.NoRoom ? 1 : 0;
        return refused;
    }

    /// <summary>The events that found no room, with their places in the batch. They are indexed anew for the present topic.</summary>
    internal (int[] Places, NewEvent[] Events) SealRefused()
    {
        var places = Enumerable.Range(0, Count).Where(i => _verdicts[i].Verdict == Verdict.NoRoom).ToArray();
        foreach (var i in places)
            _events[i] = _intake.Encoder.Index(_events[i].Record, Topic.Number);
        return (places, [.. places.Select(i => _events[i])]);
    }

    public void Dispose() => _intake.Return(this);

    /// <summary>False for a batch with unusually large buffers: these are not kept.</summary>
    internal bool WorthKeeping => _bytes.Length <= 1 << 18;

    internal void Free()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private FieldProblem? Check(in EventDraft draft)
    {
        if (draft.HasId && (draft.Id.IsEmpty || draft.Id.Length > IntakeOptions.MaxIdBytes || ControlCharacters.AreIn(draft.Id) || !Utf8.IsValid(draft.Id)))
            return FieldProblem.Of(
                "/id", draft.Id,
                $"An id has 1 to {IntakeOptions.MaxIdBytes} bytes of UTF-8 without control "
                    + "characters. Leave it out, and Herald generates one.");
        if (draft.HasKey && (draft.Key.IsEmpty || draft.Key.Length > IntakeOptions.MaxKeyBytes || !Utf8.IsValid(draft.Key)))
            return FieldProblem.Of(
                "/key", draft.Key,
                $"A key has 1 to {IntakeOptions.MaxKeyBytes} bytes of UTF-8. Leave it out when the order does not matter.");
        if (draft.Type.Length > IntakeOptions.MaxTypeBytes || ControlCharacters.AreIn(draft.Type) || !Utf8.IsValid(draft.Type))
            return FieldProblem.Of(
                "/type", draft.Type, $"A type has at most {IntakeOptions.MaxTypeBytes} bytes of UTF-8 without control characters.");
        if (draft.ContentType.Length > IntakeOptions.MaxContentTypeBytes || !IsPlain(draft.ContentType) || (!draft.ContentType.IsEmpty && draft.ContentType.IndexOf((byte)'/') < 1))
            return FieldProblem.Of(
                "/contentType", draft.ContentType, "A content type is plain ASCII of at most 255 bytes, for example 'application/json'.");
        if (draft.Payload.Length > _intake.Options.MaxPayloadBytes)
            return FieldProblem.Of(
                "/payload", $"{draft.Payload.Length} bytes", $"A payload has at most {_intake.Options.MaxPayloadBytes} bytes.");
        if (draft.Trace.Length > IntakeOptions.MaxTraceBytes || !IsPlain(draft.Trace))
            return FieldProblem.Of(
                "/traceparent", draft.Trace, $"A traceparent has at most {IntakeOptions.MaxTraceBytes} bytes of plain ASCII.");
        if (draft.TimeMs is { } timeMs && !EventTime.IsPossible(timeMs))
            return FieldProblem.Of("/time", string.Create(CultureInfo.InvariantCulture, $"{timeMs} ms since 1970"), EventTime.Rule);
        return null;
    }

    // These texts become HTTP headers, in which nothing else is allowed.
    private static bool IsPlain(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E);

    private void Reserve(int length)
    {
        if (Count == _records.Length)
            Array.Resize(ref _records, Count * 2);
        if (_bytes.Length - _used >= length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_used + length, Math.Max(1024, _bytes.Length * 2)));
        _bytes.AsSpan(0, _used).CopyTo(larger);
        Free();
        _bytes = larger;
    }
}
