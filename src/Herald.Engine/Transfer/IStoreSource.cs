namespace Herald.Engine.Transfer;

/// <summary>A store that is not in use, or a file that contains one, to be read from its beginning to its end.</summary>
public interface IStoreSource : IAsyncDisposable
{
    StoreShape Shape { get; }

    /// <summary>
    /// Items that were moved without their content or left out, because the source cannot read them back. They do not stop the move.
    /// </summary>
    UnreadItems Unread { get; }

    /// <summary>
    /// Passes everything to the target, section by section in the order of <see cref="MoveSection"/>; the events of a shard in order and
    /// without gaps. It uses bounded memory. It does not complete the target; the caller does.
    /// </summary>
    Task CopyAsync(IStoreTarget target, CancellationToken cancel);
}
