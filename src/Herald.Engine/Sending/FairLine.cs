namespace Herald.Engine.Sending;

/// <summary>
/// A line of members that wait for a share of something. The member that holds least is first; of members that hold as much, the one that has waited longest.
/// Each step takes the same time, however many members wait.
/// </summary>
internal sealed class FairLine<T>
{
    // By how much they hold. On the levels below the least nobody waits.
    private readonly List<LinkedList<T>> _levels = [];
    private int _count, _least;

    public bool TryPeek(out T next, out int holds)
    {
        if (_count == 0)
        {
            (next, holds) = (default!, 0);
            return false;
        }
        while (_levels[_least].Count == 0)
            _least++;
        (next, holds) = (_levels[_least].First!.Value, _least);
        return true;
    }

    /// <summary>Does nothing for one who waits already.</summary>
    public void Enter(FairPlace<T> place, int holds)
    {
        if (place.Waits)
            return;
        while (_levels.Count <= holds)
            _levels.Add(new());
        _levels[holds].AddLast(place.Node);
        _least = _count++ == 0 ? holds : Math.Min(_least, holds);
    }

    public void Leave(FairPlace<T> place)
    {
        if (!place.Waits)
            return;
        place.Node.List!.Remove(place.Node);
        _count--;
    }

    /// <summary>One who waits holds so much now; whoever holds as much as before keeps the place.</summary>
    public void Move(FairPlace<T> place, int holds)
    {
        if (!place.Waits || (holds < _levels.Count && place.Node.List == _levels[holds]))
            return;
        Leave(place);
        Enter(place, holds);
    }
}

/// <summary>One's place in a line, kept by those who may wait there.</summary>
internal sealed class FairPlace<T>(T who)
{
    public LinkedListNode<T> Node { get; } = new(who);
    public bool Waits => Node.List is not null;
}
