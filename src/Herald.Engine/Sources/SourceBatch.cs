using System.Diagnostics;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;

namespace Herald.Engine.Sources;

/// <summary>
/// Messages on their way into the log, in the order in which they are added. A message that cannot be understood becomes a dead letter, and
/// the others go on.
/// </summary>
/// <remarks>Rented from <see cref="SourceIntake"/>. Not thread-safe.</remarks>
public sealed class SourceBatch : IDisposable
{
    private readonly SourceIntake _intake;
    private readonly PublishBatch _events;
    private static readonly SourceTally Rejected = new(0, 0, 1);

    private readonly List<(SourcePlace Place, long? TimeMs, string? Refusal)> _messages = [];
    private RejectedDraft? _rejected;

    internal SourceBatch(SourceIntake intake, PublishBatch events) => (_intake, _events) = (intake, events);

    public int Count => _events.Count;

    /// <summary>Bytes of memory that the encoded events use.</summary>
    public int Bytes => _events.Bytes;

    public void Add(in SourceMessage message)
    {
        var refusal = _intake.Reader.Read(message, out var draft);
        if (refusal is null && _events.Add(draft) is { } problem)
            refusal = $"{problem.Pointer} = '{problem.Value}': {problem.Rule}";
        if (refusal is not null)
            Reject(_events, message.Place, message.Key, message.Value, message.TimeMs, refusal, isRecognised: true);
        _messages.Add((message.Place, message.TimeMs, refusal));
    }

    /// <summary>
    /// Completes when every message is durable, however many tries the store needs. Only then may the source acknowledge the messages, or
    /// publish the next batch.
    /// </summary>
    public async ValueTask<SourceTally> PublishAsync(CancellationToken cancel)
    {
        if (Count == 0)
            return default;
        await _intake.AppendAsync(_events, cancel);
        var tally = default(SourceTally);
        List<int>? conflicts = null;
        for (var i = 0; i < Count; i++)
        {
            tally += _events.Results[i].Verdict switch
            {
                Verdict.Accepted => (_events[i].Flags & EventFlags.Rejected) != 0 ? Rejected : new(1, 0, 0),
                Verdict.Duplicate => new(0, 1, 0),
                Verdict.Conflict => NoteConflict(ref conflicts, i),
                Verdict.NoRoom => throw NoRoomLeft(),
            };
        }
        if (conflicts is not null)
            await RejectAsync(conflicts, cancel);
        return tally;
    }

    public void Dispose() => _events.Dispose();

    private static SourceTally NoteConflict(ref List<int>? conflicts, int index)
    {
        (conflicts ??= []).Add(index);
        return Rejected;
    }

    // The id belongs to an event with other content. Neither of the two may be dropped without notice, so this one becomes a dead letter.
    private async ValueTask RejectAsync(List<int> conflicts, CancellationToken cancel)
    {
        using var rejections = _intake.Rent();
        foreach (var i in conflicts)
            Reject(rejections, i, isRecognised: (_events[i].Flags & EventFlags.Rejected) == 0);
        await _intake.AppendAsync(rejections, cancel);
        using var named = _intake.Rent();
        for (var i = 0; i < conflicts.Count; i++)
        {
            _ = rejections.Results[i].Verdict switch
            {
                Verdict.Accepted or Verdict.Duplicate => false,
                Verdict.Conflict => Reject(named, conflicts[i], isRecognised: false),
                Verdict.NoRoom => throw NoRoomLeft(),
            };
        }
        if (named.Count > 0)
            await _intake.AppendAsync(named, cancel);
    }

    private bool Reject(PublishBatch into, int index, bool isRecognised)
    {
        var (view, message) = (_events[index], _messages[index]);
        var reason = message.Refusal ?? $"id = '{view.IdText}': an event with this id and key, but other content, was accepted before.";
        return Reject(into, message.Place, view.Key, view.Payload.Span, message.TimeMs, reason, isRecognised);
    }

    /// <param name="isRecognised">
    /// True: the entry gets the id of its place, so that it is recognised as a duplicate when the message is read again. False when another
    /// event already has that id, for example from a publisher. Then there is a dead letter each time the message is read, which is better
    /// than none.
    /// </param>
    private bool Reject(
        PublishBatch into, in SourcePlace place, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, long? timeMs, string reason,
        bool isRecognised)
    {
        var draft = (_rejected ??= new(_intake.MaxPayloadBytes, _events.Topic.Tenant)).Of(place, key, payload, timeMs, reason);
        draft.HasId = isRecognised;
        return into.Add(draft) is { } problem ? throw new InvalidOperationException(
            $"The dead letter of a rejected message is not valid: {problem}") : true;
    }

    private static UnreachableException NoRoomLeft() => new("The intake must not return while a message has found no room.");
}
