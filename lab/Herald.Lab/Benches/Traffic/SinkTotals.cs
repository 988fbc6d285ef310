namespace Herald.Lab.Benches.Traffic;

/// <summary>What an endpoint has taken of the run.</summary>
/// <param name="Received">Distinct events.</param>
/// <param name="ReceivedHot">Of them, those of hot keys.</param>
/// <param name="Repeated">Received again, which is allowed.</param>
/// <param name="OutOfOrder">Not the next one of their key when they came first.</param>
/// <param name="Foreign">Requests with events of other runs.</param>
/// <param name="FirstAt">When the first one of the run or since the mark came, on the clock that all processes of a machine share; 0 while there is none.</param>
/// <param name="LastAt">When the last one was done.</param>
/// <param name="Busy">How long all were worked on, together.</param>
/// <param name="Latencies">Of all but hot keys.</param>
internal sealed record SinkTotals(
    long Received, long ReceivedHot, long Repeated, long OutOfOrder, long Foreign, long FirstAt, long LastAt, TimeSpan Busy, Latencies Latencies)
{
    public long ReceivedOthers => Received - ReceivedHot;
}
