using System.Collections.Concurrent;

namespace Herald.Journal.Writes;

/// <summary>
/// Passes durable appends from the writer's thread to the thread pool, eight at a time: a work item for each would cost as much as the
/// publisher's own continuation. The appends of one work item continue one after another.
/// </summary>
internal sealed class DurableAppends
{
    private const int AtOnce = 8;

    private readonly ConcurrentQueue<Few> _free = new();
    private Few _next;

    public DurableAppends() => _next = new Few(_free);

    /// <summary>Called on the writer's thread. Call <see cref="HandOver"/> after the last one.</summary>
    public void Add(AppendRequest request)
    {
        _next.Add(request);
        if (_next.Count == AtOnce)
            HandOver();
    }

    public void HandOver()
    {
        if (_next.Count == 0)
            return;
        ThreadPool.UnsafeQueueUserWorkItem(_next, preferLocal: false);
        _next = _free.TryDequeue(out var free) ? free : new Few(_free);
    }

    private sealed class Few(ConcurrentQueue<Few> free) : IThreadPoolWorkItem
    {
        private readonly AppendRequest?[] _requests = new AppendRequest?[AtOnce];

        public int Count { get; private set; }

        public void Add(AppendRequest request) => _requests[Count++] = request;

        void IThreadPoolWorkItem.Execute()
        {
            for (var i = 0; i < Count; i++)
            {
                _requests[i]!.Continue();
                _requests[i] = null;
            }
            Count = 0;
            free.Enqueue(this);
        }
    }
}
