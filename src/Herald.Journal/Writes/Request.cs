namespace Herald.Journal.Writes;

/// <summary>
/// A request to the writer. It is encoded into the frame of its group, then completed once that frame is durable, or failed.
/// </summary>
/// <remarks>
/// The writer's thread calls <see cref="Encode"/>, and then exactly one of <see cref="Complete"/> and <see cref="Fail"/>.
/// </remarks>
internal abstract class Request
{
    /// <summary>The most bytes that its entries can take; 0 for a question.</summary>
    public virtual int MaxBytes => 0;

    public virtual RoomFor RoomFor => RoomFor.Events;

    /// <summary>
    /// No caller waits for it. The queue holds it back for a short time so that others join its group, and a later sync makes it durable.
    /// </summary>
    public virtual bool CanWait => false;

    /// <summary>True when its decision needs the tables as they are on disk. No request can follow it in its frame.</summary>
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
