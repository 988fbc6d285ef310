using Herald.Engine.Basics;

namespace Herald.Messages.Providers;

/// <summary>The options that all providers of messages share. Derive a record for each kind.</summary>
public abstract record ProviderOptions
{
    [SettingText<ProviderName>("The provider that is used when this one certainly has not sent a message.", None = "none")]
    public string? Then { get; init; }

    [Setting(
        "When the next provider is used: proven, only after a result that proves that nothing was sent; "
        + "always, also after a time-out, where the recipient can get the message twice.")]
    public Failover Failover { get; init; }

    [Setting(
        "Use the next provider also when this one asks for a pause, or when its rate or its connections are used up. Otherwise its "
        + "messages wait.")]
    public bool FailoverWhenThrottled { get; init; }

    [Setting("How many messages this node sends in a second at most.", Least = "1", Most = "100000", None = "none")]
    public int? Rate { get; init; }

    [Setting("How many messages this node sends at the same time.", Least = "1", Most = "1000")]
    public virtual int Connections { get; init; } = 8;
}

/// <summary>After which results the next provider of a chain is used.</summary>
public enum Failover
{
    /// <summary>Only after those that prove that nothing was sent.</summary>
    Proven,

    /// <summary>Also after those that leave it open. The recipient can get the message from both.</summary>
    Always,
}
