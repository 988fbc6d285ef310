namespace Herald.Engine.Transfer;

/// <summary>The beginning and the end of a shard's log.</summary>
/// <param name="FirstRemembered">
/// The first event whose id is moved; equals <paramref name="First"/> when only ids of kept events are.
/// </param>
/// <param name="First">The first event from which on all are kept; one past the last when none is.</param>
/// <param name="Last">The last event that the shard has ever had; 0 for none.</param>
/// <param name="OldestMs">The time of acceptance of the first kept event; 0 when none is kept.</param>
/// <param name="NewestMs">The time of acceptance of the last event, as far as it is known. Later events do not get an earlier time.</param>
/// <param name="SettledBelow">Everything below is settled for every subscription, except events of kept keys.</param>
public readonly record struct ShardShape(long FirstRemembered, long First, long Last, long OldestMs, long NewestMs, long SettledBelow)
{
    public long Kept => Last - First + 1;
}
