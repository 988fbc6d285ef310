namespace Herald.Journal.Writes;

/// <summary>Whether publishing finds room. After a failed try, the next one waits until something may have changed.</summary>
internal sealed class Room(Action<string> notice, string directory)
{
    private readonly HashSet<int> _withoutIndex = [];
    private long _refused;
    private bool _isFull, _lacksSegment, _mayHaveGrown;

    public bool IsFull => Volatile.Read(ref _isFull);
    public long RefusedEvents => Volatile.Read(ref _refused);

    /// <summary>The reserve has become the segment being written, so only deliveries can continue.</summary>
    public bool IsOnReserve { get; set; }

    /// <summary>Retention should free room, before the configured time if necessary.</summary>
    public bool IsWanted => _isFull;

    /// <summary>Whether to try for another segment.</summary>
    public bool IsWorthTrying => !_lacksSegment || _mayHaveGrown;

    public void MayHaveGrown() => _mayHaveGrown = true;

    /// <param name="hasSegment">Only the index has no room for the events.</param>
    public void Refused(int events, bool hasSegment)
    {
        Volatile.Write(ref _refused, _refused + events);
        if (!hasSegment)
            Full();
    }

    /// <summary>There is no room for another segment.</summary>
    public void Full()
    {
        (_lacksSegment, _mayHaveGrown) = (true, false);
        Update();
    }

    /// <summary>There is room for another segment.</summary>
    public void Found()
    {
        (_lacksSegment, _mayHaveGrown) = (false, false);
        Update();
    }

    /// <summary>There is no room for more of the index of this shard.</summary>
    public void NoIndex(int shard)
    {
        if (_withoutIndex.Add(shard))
            Update();
    }

    /// <summary>The index of this shard had room for an event.</summary>
    public void HasIndex(int shard)
    {
        if (_withoutIndex.Count > 0 && _withoutIndex.Remove(shard))
            Update();
    }

    private void Update()
    {
        var isFull = _lacksSegment || _withoutIndex.Count > 0;
        if (isFull == _isFull)
            return;
        Volatile.Write(ref _isFull, isFull);
        notice(isFull
            ? $"There is no room for new events in '{directory}'. Publishing is refused; deliveries continue. "
                + "Free disk space, or raise journal.maxBytes."
            : $"There is room for new events in '{directory}' again, and they are accepted.");
    }
}
