namespace Herald.Engine.Sending;

/// <summary>A line of members that wait for a share of something. The member that holds least is first.</summary>
/// <remarks>
/// Of members that hold the same, the one that has waited longest is first. Each step takes constant time, however many members wait.
/// </remarks>
internal sealed class FairLine<T>
{
    // One list for each amount held. No member waits in a list below _least.
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

    /// <summary>Does nothing for a member that already waits.</summary>
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

    /// <summary>Records how much a waiting member holds now. A member that holds as much as before keeps its place.</summary>
    public void Move(FairPlace<T> place, int holds)
    {
        if (!place.Waits || (holds < _levels.Count && place.Node.List == _levels[holds]))
            return;
        Leave(place);
        Enter(place, holds);
    }
}

/// <summary>A member's place in a line. Each possible member keeps one.</summary>
internal sealed class FairPlace<T>(T who)
{
    public LinkedListNode<T> Node { get; } = new(who);
    public bool Waits => Node.List is not null;
}
