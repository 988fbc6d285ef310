using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Postgres.Appends;

/// <summary>An append under way, in each pipeline that its shards belong to. It completes with the last of them.</summary>
internal sealed class AppendRequest(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private int _open = events.Length;

    public Task Ended => _ended.Task;

    public ReadOnlySpan<NewEvent> Events => events.Span;

    /// <summary>The failure of the first event that was not appended; null while there is none.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public void End(int index, Appended verdict)
    {
        verdicts.Span[index] = verdict;
        EndOne();
    }

    public void Fail(Exception failure)
    {
        Volatile.Write(ref _failure, failure);
        EndOne();
    }

    private void EndOne()
    {
        if (Interlocked.Decrement(ref _open) > 0)
            return;
        if (Failure is { } failure)
            _ended.SetException(failure);
        else
            _ended.SetResult();
    }
}

/// <summary>One event of a request.</summary>
internal readonly record struct AppendItem(AppendRequest Request, int Index)
{
    public ref readonly NewEvent Event => ref Request.Events[Index];
}
