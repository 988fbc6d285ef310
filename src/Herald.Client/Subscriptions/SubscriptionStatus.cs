namespace Herald.Client;

/// <summary>The values of <see cref="Subscription.Status"/>. A newer server can have others.</summary>
public static class SubscriptionStatus
{
    public const string Active = "active";

    /// <summary>By an operator.</summary>
    public const string Paused = "paused";

    /// <summary>By Herald, because the endpoint answered that it is gone (410).</summary>
    public const string Disabled = "disabled";
}
