using System.Net;
using System.Net.Sockets;

namespace Herald.Outbound;

/// <summary>
/// Looks up names outside the thread pool. The system's call blocks its thread for as long as a name server does not answer, and everything
/// else needs the pool.
/// </summary>
/// <remarks>
/// It uses threads of its own. Their number is bounded, and they exist only while there are names to look up.
/// <list type="number">
/// <item>A name has one look-up at a time, shared by all callers. A caller that stops waiting leaves it to the others.</item>
/// <item>
/// An answer is fresh for a while; the system does not report its time to live. After that it stays usable for some minutes while another
/// look-up runs.
/// </item>
/// <item>Names that have resolved before go first, and some threads are reserved for them.</item>
/// <item>Names whose last look-up took long share one thread. So names that are never answered delay all others once, and not again.</item>
/// </list>
/// </remarks>
/// <param name="start">Starts a thread. It throws when the machine allows no further one.</param>
internal sealed class NameResolver(Func<string, IPAddress[]> resolve, TimeProvider time, Action<Action>? start = null)
{
    public const int MostThreads = 64, MostForNewNames = 56;
    private const int MostNames = 10_000;

    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30), Usable = TimeSpan.FromMinutes(5),
        Refused = TimeSpan.FromSeconds(5), Long = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Name> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<Name> _known = new(), _new = new(), _slow = new();
    private int _threads, _threadsForNew;
    private bool _slowIsTried;

    private enum Urgency
    {
        Known,
        New,
        Slow,
    }

    /// <exception cref="SocketException">The name has no address, or no name server answers.</exception>
    public async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancel)
    {
        Name name;
        Task<IPAddress[]> answer;
        lock (_lock)
        {
            name = Find(host);
            var isUsable = name.Addresses is not null && Age(name.AnsweredAt) < Usable;
            if (isUsable && Age(name.AnsweredAt) < Fresh && !name.IsDoubted)
                return name.Addresses!;
            if (name.Failure is { } failure && Age(name.FailedAt) < Refused)
                return isUsable ? name.Addresses! : throw new SocketException((int)failure);
            if (!isUsable)
                name.Waiting++;
            answer = LookUp(name);
            if (isUsable)
                return name.Addresses!;
        }
        try
        {
            return await answer.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                name.Waiting--;
        }
    }

    /// <summary>No address of the host accepted a connection. The next request for the name starts a new look-up.</summary>
    public void Doubt(string host)
    {
        lock (_lock)
        {
            if (_names.TryGetValue(host, out var name))
                name.IsDoubted = true;
        }
    }

    private TimeSpan Age(long at) => time.GetElapsedTime(at);

    private Name Find(string host)
    {
        if (_names.TryGetValue(host, out var name))
            return name;
        if (_names.Count >= MostNames)
        {
            foreach (var (old, _) in _names.Where(one => one.Value is { UnderWay: null, Waiting: 0 }).OrderBy(one => one.Value.AnsweredAt).Take(MostNames / 8).ToList())
                _names.Remove(old);
        }
        return _names[host] = new Name(host);
    }

    private Task<IPAddress[]> LookUp(Name name)
    {
        if (name.UnderWay is null)
        {
            name.UnderWay = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            (name.IsSlow ? _slow : name.Addresses is not null ? _known : _new).Enqueue(name);
            var underWay = name.UnderWay.Task;
            while (_threads < MostThreads && Take() is { } taken)
            {
                Begin(taken.Name, taken.Urgency);
            }
            return underWay;
        }
        return name.UnderWay.Task;
    }

    private void Begin(Name name, Urgency urgency)
    {
        _threads++;
        try
        {
            (start ?? Start)(() => Work(name, urgency));
        }
        // A container allows a number of threads, and memory can run out. That says nothing about the name, so it is not remembered.
        catch (Exception failure) when (failure is OutOfMemoryException or ThreadStartException)
        {
            _threads--;
            Fail(Leave(name, urgency), SocketError.ProcessLimit);
        }
    }

    private static void Start(Action work) => new Thread(() => work()) { IsBackground = true, Name = "Herald names" }.Start();

    private (Name Name, Urgency Urgency)? Take()
    {
        if (_known.TryDequeue(out var known))
            return (known, Urgency.Known);
        while (_threadsForNew < MostForNewNames && _new.TryDequeue(out var one))
        {
            if (IsGivenUp(one))
                continue;
            _threadsForNew++;
            return (one, Urgency.New);
        }
        while (!_slowIsTried && _slow.TryDequeue(out var one))
        {
            if (IsGivenUp(one))
                continue;
            _slowIsTried = true;
            return (one, Urgency.Slow);
        }
        return null;
    }

    // No caller waits for it any more.
    private static bool IsGivenUp(Name name)
    {
        if (name.Waiting > 0 || name.Addresses is not null)
            return false;
        name.UnderWay!.TrySetCanceled();
        name.UnderWay = null;
        return true;
    }

    private void Work(Name name, Urgency urgency)
    {
        for (var next = ((Name Name, Urgency Urgency)?)(name, urgency); next is { } now;)
        {
            var began = time.GetTimestamp();
            var (addresses, failure) = Ask(now.Name.Host);
            TaskCompletionSource<IPAddress[]> underWay;
            lock (_lock)
            {
                underWay = End(now.Name, now.Urgency, addresses, failure, Age(began) >= Long);
                next = Take();
                if (next is null)
                    _threads--;
            }
            if (addresses is not null)
                underWay.TrySetResult(addresses);
            else
                Fail(underWay, failure);
        }
    }

    private static void Fail(TaskCompletionSource<IPAddress[]> underWay, SocketError failure)
    {
        underWay.TrySetException(new SocketException((int)failure));
        // Marks the exception as observed: there can be no caller left that waits.
        _ = underWay.Task.Exception;
    }

    private (IPAddress[]? Addresses, SocketError Failure) Ask(string host)
    {
        try
        {
            return (resolve(host), SocketError.Success);
        }
        catch (SocketException failure)
        {
            return (null, failure.SocketErrorCode);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            return (null, SocketError.HostNotFound); // The text cannot be a name.
        }
        // An exception that leaves the thread would end the process.
        catch (Exception)
        {
            return (null, SocketError.NoRecovery);
        }
    }

    private TaskCompletionSource<IPAddress[]> End(Name name, Urgency urgency, IPAddress[]? addresses, SocketError failure, bool tookLong)
    {
        name.IsSlow = tookLong;
        if (addresses is not null)
        {
            (name.Addresses, name.AnsweredAt, name.Failure, name.IsDoubted) = (addresses, time.GetTimestamp(), null, false);
        }
        else
        {
            (name.Failure, name.FailedAt) = (failure, time.GetTimestamp());
            // A name server that does not answer does not invalidate its earlier answer.
            if (failure is SocketError.HostNotFound or SocketError.NoData)
                name.Addresses = null;
        }
        return Leave(name, urgency);
    }

    /// <summary>The look-up is over. Its caller tells those who wait.</summary>
    private TaskCompletionSource<IPAddress[]> Leave(Name name, Urgency urgency)
    {
        _threadsForNew -= urgency == Urgency.New ? 1 : 0;
        _slowIsTried &= urgency != Urgency.Slow;
        var underWay = name.UnderWay!;
        name.UnderWay = null;
        return underWay;
    }

    private sealed class Name(string host)
    {
        public string Host => host;
        public IPAddress[]? Addresses;
        public long AnsweredAt, FailedAt;
        public SocketError? Failure;
        public bool IsDoubted, IsSlow;
        public int Waiting;
        public TaskCompletionSource<IPAddress[]>? UnderWay;
    }
}
