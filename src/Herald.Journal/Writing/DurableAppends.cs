using System.Collections.Concurrent;

namespace Herald.Journal.Writing;

/// <summary>
/// Appends that are durable, on their way from the writer's thread to the thread pool: a few in one hand-over, because handing over each
/// alone costs as much as what its publisher then does. Those few continue one after another.
/// </summary>
internal sealed class DurableAppends
{
    private const int AtOnce = 8;

    private readonly ConcurrentQueue<Few> _free = new();
    private Few _next;

    public DurableAppends() => _next = new Few(_free);

    /// <summary>On the writer's thread, and <see cref="HandOver"/> after the last.</summary>
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
