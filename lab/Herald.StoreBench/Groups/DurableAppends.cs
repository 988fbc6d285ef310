namespace Herald.StoreBench.Groups;

/// <summary>Continues the callers of durable appends on the thread pool, eight at a time, as the journal does it.</summary>
internal sealed class DurableAppends : IThreadPoolWorkItem
{
    private const int AtOnce = 8;

    private readonly PendingAppend[] _appends;

    private DurableAppends(PendingAppend[] appends) => _appends = appends;

    public static void HandOver(ReadOnlySpan<PendingAppend> appends)
    {
        for (; !appends.IsEmpty; appends = appends[Math.Min(AtOnce, appends.Length)..])
            ThreadPool.UnsafeQueueUserWorkItem(
                new DurableAppends(appends[..Math.Min(AtOnce, appends.Length)].ToArray()), preferLocal: false);
    }

    public void Execute()
    {
        foreach (var append in _appends)
            append.Continue();
    }
}
