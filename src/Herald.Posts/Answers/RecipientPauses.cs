namespace Herald.Posts.Answers;

/// <summary>Recipients for which the provider has asked for a pause: a chat has a limit of its own.</summary>
internal sealed class RecipientPauses(TimeProvider time)
{
    /// <summary>When so many recipients have a pause at the same time, the limit is that of the provider.</summary>
    public const int Most = 3;

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<string, TimeSpan> _ends = new(StringComparer.Ordinal);

    /// <summary>How long the pause of a recipient lasts; null when it has none.</summary>
    public TimeSpan? LeftOf(string to)
    {
        lock (_gate)
            return _ends.TryGetValue(to, out var end) && end - Now is { Ticks: > 0 } left ? left : null;
    }

    /// <returns>False when so many recipients have a pause that it is one of the provider. Then none is remembered.</returns>
    public bool TryAdd(string to, TimeSpan pause)
    {
        lock (_gate)
        {
            var now = Now;
            foreach (var (ended, _) in _ends.Where(one => one.Value <= now).ToList())
                _ends.Remove(ended);
            _ends[to] = now + pause;
            if (_ends.Count < Most)
                return true;
            _ends.Clear();
            return false;
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_start);
}
