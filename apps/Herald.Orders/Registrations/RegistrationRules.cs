using Herald.Engine.Subscriptions;

namespace Herald.Orders.Registrations;

/// <summary>The range and the default of a handler's window, and the retry policy that follows from it.</summary>
internal static class RegistrationRules
{
    public static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(1), LongestWindow = TimeSpan.FromHours(1),
        DefaultWindow = TimeSpan.FromSeconds(60);

    /// <summary>
    /// No wait is longer than a quarter of the window, so that a handler that returns or takes over soon gets its events.
    /// </summary>
    public static RetryPolicy RetryOf(TimeSpan window)
    {
        var waits = (RetryWaits.Exponential)RetryPolicy.Default.Waits;
        var cap = window / 4;
        return RetryPolicy.Default with { Waits = waits with { Base = cap < waits.Base ? cap : waits.Base, Cap = cap } };
    }
}
