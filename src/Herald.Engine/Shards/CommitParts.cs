using Herald.Engine.Applications;

namespace Herald.Engine.Shards;

/// <summary>
/// What is to be saved with a shard's next commits, and who waits for that. It comes out in the order in which it came, so much at a time as
/// one commit may bring: its events, and the events that its dead letters keep. The rest is for the commit after it.
/// </summary>
/// <param name="mostBytes">Of one commit. What is larger by itself goes alone.</param>
internal sealed class CommitParts(long mostBytes)
{
    // Of a skip, beside its event: what a dead letter says, for one.
    private const int BesideEvent = 1024;

    // What is heavy, in its order, with those who wait for all that came before them.
    private readonly Queue<Part> _parts = new();

    // Skips that keep and make no event. They never wait.
    private readonly List<Skip> _light = [];
    private int _heavy, _asked;

    /// <summary>There is something to be saved.</summary>
    public bool HasAny => _heavy > 0 || _light.Count > 0;

    /// <summary>A lane waits for a commit, or somebody else does.</summary>
    public bool AreAwaited => HasAny || _asked > 0;

    public void Add(Skip skip)
    {
        if (skip.Kind is SkipKind.DeadLetter or SkipKind.Forward)
            AddHeavy(new Part(skip.Item.Size + BesideEvent, Skip: skip));
        else
            _light.Add(skip);
    }

    public void Add(string application, ApplicationChanges changes) => AddHeavy(new Part(changes.Bytes, Changes: (application, changes)));

    /// <summary>Ends when everything that has come by now is durable.</summary>
    public Task WhenSaved()
    {
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _parts.Enqueue(new Part(0, Asked: saved));
        _asked++;
        return saved.Task;
    }

    /// <summary>The parts of the next commit.</summary>
    /// <param name="waiting">Gets those who wait for nothing behind it.</param>
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

    /// <summary>Those that <see cref="Take"/> has left.</summary>
    public IEnumerable<Skip> SkipsLeft() => _parts.Where(part => part.Skip is not null).Select(part => part.Skip!.Value);

    /// <summary>There is nothing to be saved: who waits need not.</summary>
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

    /// <summary>One of the three.</summary>
    private readonly record struct Part(
        long Bytes,
        Skip? Skip = null,
        (string Application, ApplicationChanges Changes)? Changes = null,
        TaskCompletionSource? Asked = null);
}
