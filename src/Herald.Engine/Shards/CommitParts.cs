using Herald.Engine.Applications;
using Herald.Engine.Reports;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>What the next commits of a shard are to save, and the callers that wait for it.</summary>
/// <remarks>
/// Parts are saved in the order in which they were added, as many at a time as fit into one commit. What counts is the bytes of its events
/// and of the events that its dead letters keep. The rest goes with the following commit.
/// </remarks>
/// <param name="mostBytes">The most bytes of one commit. A part that is larger by itself goes alone.</param>
internal sealed class CommitParts(long mostBytes)
{
    // Estimated bytes of a skip besides its event, for example the reason in a dead letter.
    private const int BesideEvent = 1024;

    // Parts with many bytes, in order. Between them are the callers that wait for all parts before them.
    private readonly Queue<Part> _parts = new();

    // Skips that neither keep nor make an event, and discards. They always go with the next commit.
    private readonly List<Skip> _light = [];
    private int _heavy, _asked;

    /// <summary>There is something to save.</summary>
    public bool HasAny => _heavy > 0 || _light.Count > 0;

    /// <summary>A lane or a caller waits for a commit.</summary>
    public bool AreAwaited => HasAny || _asked > 0;

    public void Add(Skip skip)
    {
        var bytes = skip.Kind switch
        {
            SkipKind.DeadLetter or SkipKind.Forward => skip.Item.Size + BesideEvent,
            SkipKind.Expire or SkipKind.Discard or SkipKind.Delivered => 0,
        };
        if (skip.Report is not null)
            bytes += DeliveryReport.Bytes;
        // Operators discard one key at a time, so even with their reports these are few.
        if (bytes == 0 || skip.Kind == SkipKind.Discard)
            _light.Add(skip);
        else
            AddHeavy(new Part(bytes, Skip: skip));
    }

    public void Add(string application, ApplicationChanges changes) => AddHeavy(new Part(changes.Bytes, Changes: (application, changes)));

    /// <summary>Completes when everything that was added before this call is durable.</summary>
    public Task WhenSaved()
    {
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _parts.Enqueue(new Part(0, Asked: saved));
        _asked++;
        return saved.Task;
    }

    /// <summary>Takes the parts of the next commit.</summary>
    /// <param name="waiting">Receives the callers for which all earlier parts are in this commit or in an earlier one.</param>
    public (Skip[] Skips, List<(string Application, ApplicationChanges Changes)> Changes) Take(List<TaskCompletionSource> waiting)
    {
        List<Skip> skips = [.. _light];
        List<(string, ApplicationChanges)> changes = [];
        _light.Clear();
        long bytes = 0;
        while (_parts.TryPeek(out var next) && (next.Asked is not null || bytes == 0 || bytes + next.Bytes <= mostBytes))
        {
            _parts.Dequeue();
            bytes += next.Bytes;
            if (next.Asked is { } asked)
            {
                waiting.Add(asked);
                _asked--;
                continue;
            }
            _heavy--;
            if (next.Skip is { } skip)
                skips.Add(skip);
            else
                changes.Add(next.Changes!.Value);
        }
        return ([.. skips], changes);
    }

    /// <summary>The skips that <see cref="Take"/> has left for later commits.</summary>
    public IEnumerable<Skip> SkipsLeft() => _parts.Where(part => part.Skip is not null).Select(part => part.Skip!.Value);

    /// <summary>Takes all callers that wait. Only for when there is nothing to save, or nothing will be saved any more.</summary>
    public List<TaskCompletionSource> TakeAsked()
    {
        List<TaskCompletionSource> asked = [.. _parts.Where(part => part.Asked is not null).Select(part => part.Asked!)];
        _parts.Clear();
        (_heavy, _asked) = (0, 0);
        return asked;
    }

    private void AddHeavy(Part part)
    {
        _parts.Enqueue(part);
        _heavy++;
    }

    /// <summary>A skip, an application's changes, or a caller that waits.</summary>
    private readonly record struct Part(
        long Bytes,
        Skip? Skip = null,
        (string Application, ApplicationChanges Changes)? Changes = null,
        TaskCompletionSource? Asked = null);
}
