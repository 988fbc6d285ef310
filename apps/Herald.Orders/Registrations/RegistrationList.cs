using Herald.Engine.Catalogs;
using Herald.Orders.Webhooks;

namespace Herald.Orders.Registrations;

/// <summary>The customers that have a webhook, and those whose handlers have registered, at one version of the catalog.</summary>
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
        // The version is read before the subscriptions. A change in between belongs to a later version, which is read again.
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
