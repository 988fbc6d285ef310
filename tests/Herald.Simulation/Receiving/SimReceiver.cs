namespace Herald.Simulation.Receiving;

/// <summary>One endpoint, and what it does to those who call it at the moment.</summary>
internal sealed class SimReceiver(bool alwaysWell)
{
    /// <summary>Never misbehaves: whatever its neighbours do, it must be served.</summary>
    public bool AlwaysWell => alwaysWell;
    public ReceiverMood Mood { get; set; }

    /// <summary>Keys whose events it answers with 500.</summary>
    public HashSet<string> Poison { get; } = [];

    public void Heal()
    {
        Mood = ReceiverMood.Well;
        Poison.Clear();
    }
}
