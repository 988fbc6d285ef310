namespace Herald.Engine.Moving;

/// <summary>What a source could not read back of what it has told: how much, and the first of it by name.</summary>
public sealed class UnreadItems
{
    /// <summary>Who has lost more looks for the cause first: the store's log, a backup.</summary>
    public const int MostNamed = 100;

    private readonly List<string> _named = [];

    public long Count { get; private set; }
    public IReadOnlyList<string> Named => _named;

    public void Add(string what)
    {
        Count++;
        if (_named.Count < MostNamed)
            _named.Add(what);
    }
}
