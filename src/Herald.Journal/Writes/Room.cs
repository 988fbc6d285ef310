namespace Herald.Journal.Writes;

/// <summary>Whether publishing finds room. After a failed try, the next one waits until something may have changed.</summary>
internal sealed class Room(Action<string> notice, string directory)
{
    private long _refused;
    private bool _isFull, _mayHaveGrown;

    public bool IsFull => Volatile.Read(ref _isFull);
    public long RefusedEvents => Volatile.Read(ref _refused);

    /// <summary>The reserve has become the segment being written, so only deliveries can continue.</summary>
    public bool IsOnReserve { get; set; }

    /// <summary>Retention should free room, before the configured time if necessary.</summary>
    public bool IsWanted { get; private set; }

    public bool IsWorthTrying => !_isFull || _mayHaveGrown;

    public void MayHaveGrown() => _mayHaveGrown = true;

    public void Refused(int events)
    {
        Volatile.Write(ref _refused, _refused + events);
        Full();
    }

    public void Full()
    {
        _mayHaveGrown = false;
        IsWanted = true;
        if (_isFull)
            return;
        Volatile.Write(ref _isFull, true);
        notice(
            $"There is no room for new events in '{directory}'. Publishing is refused; deliveries continue. "
                + "Free disk space, or raise journal.maxBytes.");
    }

    public void Found()
    {
        _mayHaveGrown = false;
        IsWanted = false;
        if (!_isFull)
            return;
        Volatile.Write(ref _isFull, false);
        notice($"There is room for new events in '{directory}' again, and they are accepted.");
    }
}
