using System.Globalization;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>Counts what really happened, so that a test can tell that it has tested something.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<DiskOperation, int> _calls = [];

    public int Crashes { get; private set; }

    /// <summary>Crashes that destroyed something that was written.</summary>
    public int Losses { get; private set; }
    public int Stops { get; set; }
    public int RemovedSegments { get; private set; }

    public int Calls(DiskOperation operation) => _calls.GetValueOrDefault(operation);

    public void Count(CrashPoint point, IReadOnlyList<DiskRecord> records, bool isLoss)
    {
        Crashes++;
        Losses += isLoss ? 1 : 0;
        foreach (var record in records.TakeWhile(record => record.End <= point.Place))
        {
            _calls[record.Operation] = Calls(record.Operation) + 1;
            if (record.Operation == DiskOperation.Unlink && record.Path.EndsWith(".log", StringComparison.Ordinal))
                RemovedSegments++;
        }
    }

    public void Add(Tally other)
    {
        (Crashes, Losses, Stops) = (Crashes + other.Crashes, Losses + other.Losses, Stops + other.Stops);
        RemovedSegments += other.RemovedSegments;
        foreach (var (operation, count) in other._calls)
            _calls[operation] = Calls(operation) + count;
    }

    public override string ToString()
    {
        var calls = string.Join(", ", _calls.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Value} {one.Key}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Crashes} losses of power, {Losses} of them destroyed something unsynced; {Stops} clean stops; "
                + $"{RemovedSegments} segments removed; calls before them: {calls}");
    }
}
