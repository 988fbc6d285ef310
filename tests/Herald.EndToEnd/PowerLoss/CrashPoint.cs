using System.Globalization;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>Where the power fails, and what happens to that which was not synced.</summary>
/// <param name="Place">The end of the last record in the log that was carried out.</param>
internal sealed record CrashPoint(long Place, Fate Fate, int Seed, string Where)
{
    private static readonly Fate[] Fates = Enum.GetValues<Fate>();

    /// <summary>
    /// One in three crashes is at any call, one is near a rare call, and one is right behind an answer that promised something.
    /// </summary>
    /// <param name="promises">The places of the promises.</param>
    public static CrashPoint Draw(IReadOnlyList<DiskRecord> records, IReadOnlyList<long> promises, Random random)
    {
        var rare = Enumerable.Range(0, records.Count).Where(i => records[i].IsRare).ToList();
        var last = random.Next(3) switch
        {
            0 when promises.Count > 0 => IndexAt(promises[random.Next(promises.Count)]),
            1 when rare.Count > 0 => rare[random.Next(rare.Count)] - 1 + random.Next(3),
            _ => random.Next(records.Count),
        };
        last = Math.Clamp(last, 0, records.Count - 1);
        var where = string.Create(
            CultureInfo.InvariantCulture, $"after {records[last].Operation} {records[last].Path}, call {last + 1} of {records.Count}");
        return new(records[last].End, Fates[random.Next(Fates.Length)], random.Next(), where);

        int IndexAt(long place) => Enumerable.Range(0, records.Count).First(i => records[i].End >= place);
    }
}
