namespace Herald.Engine.Moving;

/// <summary>A store that is not in use, or a file with one, told from its beginning to its end.</summary>
public interface IStoreSource : IAsyncDisposable
{
    StoreShape Shape { get; }

    /// <summary>What was told without what it holds, or left out, because the source cannot read it back: it holds up nothing else.</summary>
    UnreadItems Unread { get; }

    /// <summary>
    /// Tells the target everything, a section after the other in the order of <see cref="MoveSection"/>; events of a shard in order and without
    /// gaps. Does not complete the target: that is for whoever made it. In bounded memory.
    /// </summary>
    Task CopyAsync(IStoreTarget target, CancellationToken cancel);
}
