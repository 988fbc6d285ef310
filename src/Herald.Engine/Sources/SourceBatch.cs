using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;

namespace Herald.Engine.Sources;

/// <summary>
/// Messages on their way into the log, in the order in which they are added. One that cannot be understood becomes a dead letter,
/// and the rest goes on. Rented from <see cref="SourceIntake"/>; not thread-safe.
/// </summary>
public sealed class SourceBatch : IDisposable
{
    private readonly SourceIntake _intake;
    private readonly PublishBatch _events;
    private readonly List<(SourcePlace Place, long? TimeMs)> _messages = [];
    private Rejection? _rejection;

    internal SourceBatch(SourceIntake intake, PublishBatch events) => (_intake, _events) = (intake, events);

    public int Count => _events.Count;

    /// <summary>Of memory, as its events are written down.</summary>
    public int Bytes => _events.Bytes;

    public void Add(in SourceMessage message)
    {
        var refusal = _intake.Reader.Read(message, out var draft);
        if (refusal is null && _events.Add(draft) is { } problem)
            refusal = $"{problem.Pointer} = '{problem.Value}': {problem.Rule}";
        if (refusal is not null)
            Reject(_events, message.Place, message.Key, message.Value, message.TimeMs, refusal);
        _messages.Add((message.Place, message.TimeMs));
    }

    /// <summary>
    /// Complete when every message is durable, however often the store has to be asked: only then may the source say so outside, or publish
    /// the batch that follows.
    /// </summary>
    public async ValueTask<SourceTally> PublishAsync(CancellationToken cancel)
    {
        if (Count == 0)
            return default;
        await _intake.AppendAsync(_events, cancel);
        var (accepted, duplicates, rejected) = (0, 0, 0);
        List<int>? conflicts = null;
        for (var i = 0; i < Count; i++)
        {
            switch (_events.Results[i].Verdict)
            {
                case Verdict.Accepted when (_events[i].Flags & EventFlags.Rejected) != 0:
                    rejected++;
                    break;
                case Verdict.Accepted:
                    accepted++;
                    break;
                case Verdict.Duplicate:
                    duplicates++;
                    break;
                case Verdict.Conflict:
                    (conflicts ??= []).Add(i);
                    break;
            }
        }
        if (conflicts is not null)
            await RejectAsync(conflicts, cancel);
        return new SourceTally(accepted, duplicates, rejected + (conflicts?.Count ?? 0));
    }

    public void Dispose() => _events.Dispose();

    // An id that was given to something else before: neither may be dropped in silence.
    private async ValueTask RejectAsync(List<int> conflicts, CancellationToken cancel)
    {
        using var rejections = _intake.Rent();
        foreach (var i in conflicts)
        {
            var view = _events[i];
            Reject(rejections, _messages[i].Place, view.Key, view.Payload.Span, _messages[i].TimeMs, $"id = '{view.IdText}': an event with this id and key, and with other content, was accepted before.");
        }
        await _intake.AppendAsync(rejections, cancel);
    }

    private void Reject(PublishBatch into, in SourcePlace place, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, long? timeMs, string reason)
    {
        if (into.Add((_rejection ??= new(_intake.MaxPayloadBytes)).Of(place, key, payload, timeMs, reason)) is { } problem)
            throw new InvalidOperationException($"A rejection was refused: {problem}");
    }
}
