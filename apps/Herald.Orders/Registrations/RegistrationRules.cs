using Herald.Engine.Retrying;
using Herald.Engine.Subscriptions;

namespace Herald.Orders.Registrations;

/// <summary>What a handler may ask for, and what it gets without asking.</summary>
internal static class RegistrationRules
{
    public static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(1), LongestWindow = TimeSpan.FromHours(1), DefaultWindow = TimeSpan.FromSeconds(60);

    /// <summary>A handler that comes back, or another that takes over, is not kept waiting for longer than a part of the window.</summary>
    public static RetryPolicy RetryOf(TimeSpan window)
    {
        var waits = (RetryWaits.Exponential)RetryPolicy.Default.Waits;
        var cap = window / 4;
        return RetryPolicy.Default with { Waits = waits with { Base = cap < waits.Base ? cap : waits.Base, Cap = cap } };
    }
}
