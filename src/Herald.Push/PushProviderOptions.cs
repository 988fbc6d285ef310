using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Push;

/// <summary>The options that the providers of all push services share.</summary>
public abstract record PushProviderOptions : ProviderOptions
{
    /// <summary>The longest that FCM and the services of browsers offer.</summary>
    [Setting(
        "How long the service keeps a message for a device that is not reachable, when the message has no 'expires' before that.",
        Least = "0s", Most = "28d")]
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(28);

    /// <summary>HTTP/2 carries many messages over one connection.</summary>
    [Setting("How many messages this node sends at the same time.", Least = "1", Most = "1000")]
    public override int Connections { get; init; } = 100;
}
