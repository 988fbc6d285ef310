using System.Collections.Concurrent;

namespace Herald.Journal.Writes;

/// <summary>Finished appends, kept for reuse.</summary>
internal sealed class AppendPool
{
    private const int Kept = 1024;

    private readonly ConcurrentQueue<AppendRequest> _free = new();

    public AppendRequest Rent() => _free.TryDequeue(out var request) ? request : new AppendRequest(this);

    public void Return(AppendRequest request)
    {
        if (_free.Count < Kept)
            _free.Enqueue(request);
    }
}
