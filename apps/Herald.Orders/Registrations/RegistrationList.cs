using Herald.Engine.Catalogs;
using Herald.Orders.Webhooks;

namespace Herald.Orders.Registrations;

/// <summary>Which customers have a webhook, and whose handlers have registered themselves, at one version of the catalog.</summary>
internal sealed class RegistrationList
{
    private readonly HashSet<Guid> _served = [];
    private readonly Dictionary<Guid, Registration> _byCustomer = [];
    private readonly Dictionary<string, Registration> _byUrl = new(StringComparer.Ordinal);

    private RegistrationList(long version) => Version = version;

    public long Version { get; }

    public IReadOnlyCollection<Registration> All => _byCustomer.Values;

    public static RegistrationList Of(HeldTopic topic)
    {
        // Before the subscriptions: what comes between belongs to a later version, and is found again by that.
        var list = new RegistrationList(topic.Version);
        foreach (var subscription in topic.Subscriptions)
        {
            if (CustomerWebhook.CustomerOf(subscription) is not { } customer)
                continue;
            list._served.Add(customer);
            if (Registration.Of(subscription) is not { } registration)
                continue;
            list._byCustomer.Add(customer, registration);
            if (!registration.Mark.HasLeft)
                list._byUrl[registration.Url] = registration;
        }
        return list;
    }

    public bool HasWebhook(Guid customer) => _served.Contains(customer);

    public Registration? Of(Guid customer) => _byCustomer.GetValueOrDefault(customer);

    public Registration? Of(string url) => _byUrl.GetValueOrDefault(url);
}
