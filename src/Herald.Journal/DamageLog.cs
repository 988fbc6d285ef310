using System.Collections.Concurrent;
using System.Globalization;

namespace Herald.Journal;

/// <summary>Damage that readers found. Reports each damaged place to the operator once, and counts it. Any thread can use it.</summary>
/// <param name="alarm">Tells the operator.</param>
internal sealed class DamageLog(Action<string> alarm)
{
    // Above this number the memory is cleared, so places can be counted and reported again. Nobody reads that many reports.
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<(string File, long Offset), bool> _told = new();
    private long _places;
    private volatile string? _first;

    public long Places => Volatile.Read(ref _places);

    /// <summary>The place that was found first; null for none.</summary>
    public string? First => _first;

    public Action<string> Alarm => alarm;

    /// <returns>The description of the damage, for the caller.</returns>
    public string Met(string file, long offset, string what)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{what} ('{file}', offset {offset})");
        if (_told.Count >= MostRemembered)
            _told.Clear();
        if (_told.TryAdd((file, offset), true))
        {
            Interlocked.CompareExchange(ref _first, text, null);
            Interlocked.Increment(ref _places);
            alarm($"The journal is damaged: {text}. Herald continues without this part. Only a backup can still contain it.");
        }
        return text;
    }

    public string Met(JournalDamagedException damage) => Met(damage.File, damage.Offset, damage.What);
}
