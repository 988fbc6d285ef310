using Herald.Engine.Basics;

namespace Herald.Engine.Subscriptions;

/// <summary>Where a subscription delivers. The channel that serves the scheme of the address owns all of it.</summary>
/// <param name="Settings">What the channel needs to know besides the address.</param>
/// <param name="Secret">Null when the channel needs none.</param>
public sealed record Endpoint(Uri Address, TextMap Settings, SecretReference? Secret)
{
    /// <summary>An endpoint that is an address alone.</summary>
    public static Endpoint At(Uri address) => new(address, TextMap.Empty, null);
}
