namespace Herald.Lab.Benches.Starts;

/// <summary>Both since the process was started.</summary>
/// <param name="Accepted">When a publish was answered.</param>
/// <param name="Delivered">When the receiver got a delivery of the backlog.</param>
internal sealed record StartRound(TimeSpan Accepted, TimeSpan Delivered)
{
    public TimeSpan Both => Accepted > Delivered ? Accepted : Delivered;
}
