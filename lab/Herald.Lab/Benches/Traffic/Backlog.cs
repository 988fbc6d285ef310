namespace Herald.Lab.Benches.Traffic;

/// <summary>
/// Many events of a run, as bodies of publish requests. Each key is in one lane, a series of requests that are sent one at a time, so the
/// order of its events is known.
/// </summary>
/// <param name="Types">The number of types, which the keys have in turn.</param>
internal sealed record Backlog(int Run, long Events, int Keys, int Types = 1)
{
    public const long ShownEvery = 1_000_000;
    private const int BatchEvents = 1000, MostLanes = 4;

    public IEnumerable<IEnumerable<ReadOnlyMemory<byte>>> Lanes()
    {
        var lanes = Math.Min(MostLanes, Keys);
        return Enumerable.Range(0, lanes).Select(lane => Batches(lane, lanes));
    }

    /// <summary>Each batch is valid until the next one is requested.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> Batches(int lane, int lanes)
    {
        var body = new byte[BatchEvents * TrafficEvent.EnvelopeBytes];
        var laneKeys = (Keys - lane + lanes - 1) / lanes;
        for (var next = 0L; ;)
        {
            var used = 0;
            for (; used < body.Length; next++, used += TrafficEvent.EnvelopeBytes)
            {
                // The backlog goes round all keys in turn, and a lane has its part of each round.
                var (round, place) = Math.DivRem(next, laneKeys);
                var key = lane + ((int)place * lanes);
                if ((round * Keys) + key >= Events)
                    break;
                new TrafficEvent(Run, key, round + 1, 0).WriteEnvelope(body.AsSpan(used), Types);
            }
            if (used == 0)
                yield break;
            yield return body.AsMemory(0, used);
        }
    }
}
