namespace Herald.Engine.Moving;

/// <summary>Where the log of a shard begins and ends.</summary>
/// <param name="FirstRemembered">The first event whose id is moved; <paramref name="First"/> when ids of kept events are all.</param>
/// <param name="First">The first event from which on all are kept; one past the last when none is.</param>
/// <param name="Last">The last event the shard has ever had; 0 for none.</param>
/// <param name="OldestMs">When the first one kept was accepted; 0 when none is.</param>
/// <param name="NewestMs">When the last one was accepted, as far as it is known; later ones are not dated before it.</param>
/// <param name="SettledBelow">Everything below is settled for every subscription, but for kept keys.</param>
public readonly record struct ShardShape(long FirstRemembered, long First, long Last, long OldestMs, long NewestMs, long SettledBelow)
{
    public long Kept => Last - First + 1;
}
