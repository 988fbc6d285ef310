using Herald.Engine.Shards;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>The applications of one shard, from when it has been loaded until it ends.</summary>
internal sealed class ApplicationRuns(ShardId shard, ShardServices services, Func<string, ApplicationChanges, ValueTask<Task>> save)
{
    private readonly ApplicationRun[] _runs = [.. services.Applications.All.Select(application => new ApplicationRun(application, shard, services, save))];
    private Task _running = Task.CompletedTask;
    private volatile Exception? _failure;
    private volatile bool _hasEnded;

    /// <summary>Nothing at or after this sequence may go.</summary>
    public long SettledBelow => _runs.Length == 0 ? long.MaxValue : _runs.Min(run => run.SettledBelow);

    /// <summary>What no application may go on after: the store is damaged, say.</summary>
    public Exception? Failure => _failure;

    /// <summary>All of them; whoever is told so finds it so.</summary>
    public bool HasEnded => _runs.Length == 0 || _hasEnded;

    public async ValueTask LoadAsync(LogBounds bounds, CancellationToken cancel)
    {
        foreach (var run in _runs)
            await run.LoadAsync(bounds, cancel);
    }

    /// <param name="ended">Called when all of them have ended, and when one has failed.</param>
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

    /// <summary>Each ends when what it has taken is saved.</summary>
    public void Stop()
    {
        foreach (var run in _runs)
            run.Stop();
    }

    public Task WhenEnded() => _running;

    /// <summary>By application: how much of the log it has not read.</summary>
    public IEnumerable<(string Application, long Unread)> Unread() => _runs.Select(run => (run.Name, run.Unread));

    private async Task RunAsync(Action ended, CancellationToken abort)
    {
        await Task.WhenAll(_runs.Select(run => RunAsync(run, ended, abort)));
        // Before it is told: the shard looks at once, on another thread, and this task is not complete until later. Nobody would wake it again.
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
