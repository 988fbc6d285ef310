using Herald.Engine.Stores;

namespace Herald.Engine.Tests.Ownership;

/// <summary>Answers renewals with what the test sets, and records released leases.</summary>
internal sealed class ScriptedOwnership : IOwnership
{
    private readonly Lock _gate = new();
    private readonly Listeners<Action> _moved = new();
    private readonly List<Lease> _released = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Seen)> _waiting = [];
    private IReadOnlyList<Lease> _answer = [];
    private int _renewals;

    /// <summary>When set, every call fails with this.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Renewals get no answer until the caller cancels them.</summary>
    public bool IsSilent { get; set; }

    public int Renewals => Volatile.Read(ref _renewals);

    public Lease[] Released
    {
        get
        {
            lock (_gate)
                return [.. _released];
        }
    }

    public void Give(params Lease[] leases) => Volatile.Write(ref _answer, leases);

    /// <summary>Notifies the node that a renewal may return a different answer now.</summary>
    public void Hint()
    {
        foreach (var listener in _moved.All)
            listener();
    }

    public Task WhenRenewedAsync(int times) => WhenAsync(() => _renewals >= times);

    public Task WhenReleasedAsync(int times) => WhenAsync(() => _released.Count >= times);

    public async ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            _renewals++;
            Tell_NeedsLock();
        }
        if (IsSilent)
            await new TaskCompletionSource().Task.WaitAsync(cancel);
        return Fault is null ? Volatile.Read(ref _answer) : throw Fault;
    }

    /// <summary>Whether there are other nodes.</summary>
    public bool HasOthers { get; set; }

    public ValueTask<bool> GiveWayAsync(CancellationToken cancel) => Fault is null ? new(HasOthers) : throw Fault;

    public ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (Fault is not null)
                throw Fault;
            _released.AddRange(leases);
            Tell_NeedsLock();
        }
        return ValueTask.CompletedTask;
    }

    public void Follows(long catalogVersion) { }

    public ValueTask<long> OthersFollowAsync(CancellationToken cancel) => new(long.MaxValue);

    public IDisposable OnMoved(Action moved) => _moved.Add(moved);

    private Task WhenAsync(Func<bool> holds)
    {
        lock (_gate)
        {
            if (holds())
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((holds, seen));
            return seen.Task.WaitAsync(Xunit.TestContext.Current.CancellationToken);
        }
    }

    private void Tell_NeedsLock()
    {
        foreach (var (_, seen) in _waiting.Where(one => one.Holds()))
            seen.TrySetResult();
    }
}
