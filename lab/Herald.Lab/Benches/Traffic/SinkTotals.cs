namespace Herald.Lab.Benches.Traffic;

/// <summary>What an endpoint has received of the run.</summary>
/// <param name="Received">Distinct events.</param>
/// <param name="ReceivedHot">The distinct events of hot keys.</param>
/// <param name="Repeated">Events that were received again, which is allowed.</param>
/// <param name="OutOfOrder">Events that were not the next one of their key at their first receipt.</param>
/// <param name="Foreign">Requests with events of other runs.</param>
/// <param name="FirstAt">
/// When the first event of the run, or since the mark, came, on the clock that all processes of a machine share; 0 when none has come.
/// </param>
/// <param name="LastAt">When the last event was answered.</param>
/// <param name="Busy">The working time of all events together.</param>
/// <param name="Latencies">The latencies of all events except those of hot keys.</param>
internal sealed record SinkTotals(
    long Received, long ReceivedHot, long Repeated, long OutOfOrder, long Foreign, long FirstAt, long LastAt, TimeSpan Busy,
    Latencies Latencies)
{
    public long ReceivedOthers => Received - ReceivedHot;
}
