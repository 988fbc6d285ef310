using Herald.Engine.Basics;

namespace Herald.Simulation.Receivers;

/// <summary>One endpoint and its present behaviour.</summary>
internal sealed class SimReceiver(bool alwaysWell)
{
    /// <summary>Some of its messages are worthless after a time, which is over.</summary>
    public bool HasLateMessages { get; init; }

    /// <summary>The receiver never misbehaves. It must be served whatever other receivers do.</summary>
    public bool AlwaysWell => alwaysWell;

    /// <summary>The host of a subscription's endpoint, by the subscription's full name. Each tenant has receivers of its own.</summary>
    public static string HostOf(string subscription)
    {
        var (tenant, name) = TenantId.Split(subscription);
        return tenant.IsDefault ? name : $"{name}.{tenant}";
    }

    public ReceiverMood Mood { get; set; }

    /// <summary>Keys whose events it answers with 500.</summary>
    public HashSet<string> Poison { get; } = [];

    public void Heal()
    {
        Mood = ReceiverMood.Well;
        Poison.Clear();
    }
}
