namespace Herald.Hosting.Access;

/// <summary>What callers can be allowed to do. Every address demands one of these, or is open to anyone; docs/api.md has the list.</summary>
[Flags]
public enum Scopes
{
    None = 0,

    /// <summary>Publish events.</summary>
    Publish = 1 << 0,

    /// <summary>Create, change and delete subscriptions, and see their secrets.</summary>
    Subscribe = 1 << 1,

    /// <summary>See topics, subscriptions, events, deliveries and dead letters.</summary>
    Read = 1 << 2,

    /// <summary>Pause, resume, replay and test subscriptions; release keys; redrive and discard dead letters; see metrics.</summary>
    Operate = 1 << 3,

    /// <summary>Create, change and delete topics; copy the store.</summary>
    Admin = 1 << 4,

    All = Publish | Subscribe | Read | Operate | Admin,
}
