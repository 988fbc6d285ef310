using System.Text;
using Herald.Engine.Basics;

namespace Herald.Engine.Subscriptions;

/// <summary>A named stream of events.</summary>
public sealed record Topic
{
    public Topic(string name, int number, DateTimeOffset createdAt, long version, TenantId tenant = default, TextMap? labels = null)
    {
        (Tenant, Name, Number, CreatedAt, Version, Labels) = (tenant, name, number, createdAt, version, labels ?? TextMap.Empty);
        NameUtf8 = Encoding.UTF8.GetBytes(name);
    }

    public TenantId Tenant { get; }
    public string Name { get; }

    /// <summary>See <see cref="TenantId.FullName"/>.</summary>
    public string FullName => Tenant.FullName(Name);

    /// <summary>
    /// Assigned at creation and never reused: a topic that is deleted and created again has another number. Topics of two tenants never
    /// share one, so the number also stands for the tenant.
    /// </summary>
    public int Number { get; }
    public DateTimeOffset CreatedAt { get; }
    public long Version { get; }
    public TextMap Labels { get; }
    internal byte[] NameUtf8 { get; }
}
