namespace Herald.Lab.Benches.Starts;

/// <summary>Two times since the start of the process.</summary>
/// <param name="Accepted">The time at which a publish request was answered.</param>
/// <param name="Delivered">The time at which the receiver got a delivery of the backlog.</param>
internal sealed record StartRound(TimeSpan Accepted, TimeSpan Delivered)
{
    public TimeSpan Both => Accepted > Delivered ? Accepted : Delivered;
}
