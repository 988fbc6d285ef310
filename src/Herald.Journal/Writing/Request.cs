namespace Herald.Journal.Writing;

/// <summary>
/// Something the writer is asked for. Encoded into the frame of its group; completed once that frame is durable, or failed.
/// Each is called on the writer's thread, and exactly one of the last two.
/// </summary>
internal abstract class Request
{
    /// <summary>The most bytes its entries may take; 0 for a question.</summary>
    public virtual int MaxBytes => 0;

    public virtual RoomFor RoomFor => RoomFor.Events;

    /// <summary>Nobody waits for it: it goes with others, or after a while, and is synced with others, or after a while.</summary>
    public virtual bool CanWait => false;

    /// <summary>Its decision needs the tables as they are on disk, so nothing may follow it in its frame.</summary>
    public virtual bool EndsGroup => false;

    /// <param name="hasRoom">False: decide without storing anything.</param>
    public abstract void Encode(Writer writer, bool hasRoom);

    public abstract void Complete(Writer writer);

    public abstract void Fail(Exception failure);
}

/// <summary>A request with a reply. Continuations run on the thread pool, never on the writer's thread.</summary>
internal abstract class Request<T> : Request
{
    private readonly TaskCompletionSource<T> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _refusal;

    public Task<T> Reply => _reply.Task;

    public override void Complete(Writer writer)
    {
        if (_refusal is null)
            _reply.TrySetResult(Result(writer));
        else
            _reply.TrySetException(_refusal);
    }

    public override void Fail(Exception failure) => _reply.TrySetException(failure);

    /// <summary>Called once everything encoded up to here is durable and in the tables.</summary>
    protected abstract T Result(Writer writer);

    protected void Refuse(Exception refusal) => _refusal = refusal;
}
