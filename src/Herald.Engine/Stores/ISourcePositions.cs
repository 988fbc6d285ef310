namespace Herald.Engine.Stores;

/// <summary>How far external sources have been read, for sources that do not remember it themselves.</summary>
public interface ISourcePositions
{
    /// <summary>The highest position that was saved for this source, or null.</summary>
    /// <param name="source">The full name (<see cref="Basics.TenantId.FullName"/>).</param>
    ValueTask<long?> ReadSourcePositionAsync(string source, CancellationToken cancel);

    /// <summary>Makes the position durable. Positions never fall: one that is not above the saved one changes nothing.</summary>
    /// <remarks>
    /// Save a position only when everything before it is durable in the logs. It is saved even when there is no room for events.
    /// </remarks>
    /// <exception cref="StoreUnavailableException">It is unknown whether the position was saved.</exception>
    ValueTask SaveSourcePositionAsync(SourcePosition position, CancellationToken cancel);
}
