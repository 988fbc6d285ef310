using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>The applications of one shard, from its loading to its end.</summary>
internal sealed class ApplicationRuns(ShardId shard, ApplicationServices services, Func<string, ApplicationChanges, ValueTask<Task>> save)
{
    private readonly ApplicationRun[] _runs =
        [.. services.All.Select(application => new ApplicationRun(application, shard, services, save))];
    private Task _running = Task.CompletedTask;
    private volatile Exception? _failure;
    private volatile bool _hasEnded;

    /// <summary>No event at or after this sequence may be freed.</summary>
    public long SettledBelow => _runs.Length == 0 ? long.MaxValue : _runs.Min(run => run.SettledBelow);

    /// <summary>A failure after which no application may go on, for example a damaged store.</summary>
    public Exception? Failure => _failure;

    /// <summary>All applications have ended. It is set before the shard is notified, so the shard always sees it.</summary>
    public bool HasEnded => _runs.Length == 0 || _hasEnded;

    public async ValueTask LoadAsync(LogBounds bounds, CancellationToken cancel)
    {
        foreach (var run in _runs)
            await run.LoadAsync(bounds, cancel);
    }

    /// <param name="ended">Called when all applications have ended, and when one has failed.</param>
    public void Start(Action ended, CancellationToken abort)
    {
        if (_runs.Length > 0)
            _running = RunAsync(ended, abort);
    }

    public void OnHead(long sequence)
    {
        foreach (var run in _runs)
            run.OnHead(sequence);
    }

    /// <summary>Each application ends when the changes of its present batch are saved.</summary>
    public void Stop()
    {
        foreach (var run in _runs)
            run.Stop();
    }

    public Task WhenEnded() => _running;

    /// <summary>For each application, how many sequences of the log it has not read.</summary>
    public IEnumerable<(string Application, long Unread)> Unread() => _runs.Select(run => (run.Name, run.Unread));

    private async Task RunAsync(Action ended, CancellationToken abort)
    {
        await Task.WhenAll(_runs.Select(run => RunAsync(run, ended, abort)));
        // Must be set before the call: the shard checks at once, on another thread, while this task is not complete yet. Nothing would wake
        // it again.
        _hasEnded = true;
        ended();
    }

    private async Task RunAsync(ApplicationRun run, Action failed, CancellationToken abort)
    {
        try
        {
            await run.RunAsync(abort);
        }
        catch (Exception failure)
        {
            _failure ??= failure;
            failed();
        }
    }
}
