using System.Collections.Concurrent;
using System.Globalization;

namespace Herald.Journal;

/// <summary>What readers have met that is not what was written: each place is told to the operator once, and counted. Used by any thread.</summary>
internal sealed class DamageLog(Action<string> notice)
{
    // Past it places are counted, and told, again: then there are more than anybody reads.
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<(string File, long Offset), bool> _told = new();
    private long _places;

    public long Places => Volatile.Read(ref _places);

    /// <returns>What is said of it, for who asked.</returns>
    public string Met(string file, long offset, string what)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{what} ('{file}', offset {offset})");
        if (_told.Count >= MostRemembered)
            _told.Clear();
        if (_told.TryAdd((file, offset), true))
        {
            Interlocked.Increment(ref _places);
            notice($"The journal is damaged: {text}. Everything else goes on; what was there is in a backup, if anywhere.");
        }
        return text;
    }

    public string Met(JournalDamagedException damage) => Met(damage.File, damage.Offset, damage.What);
}
