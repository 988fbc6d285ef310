namespace Herald.Engine.Transfer;

/// <summary>Counts the items that a source could not read back, and names the first of them.</summary>
public sealed class UnreadItems
{
    /// <summary>
    /// After more losses than this, names help little: an operator should look for the cause in the store's log, or use a backup.
    /// </summary>
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
