using System.Text;
using Herald.Engine.Basics;

namespace Herald.Engine.Subscriptions;

/// <summary>A named stream of events.</summary>
public sealed record Topic
{
    /// <summary>
    /// An application sets this label on topics that take events only through it: from its own addresses, and from sources that use its
    /// reader. Nothing else publishes, forwards or reports to them.
    /// </summary>
    public const string ClosedLabel = "herald/closed";

    public Topic(string name, int number, DateTimeOffset createdAt, long version, TenantId tenant = default, TextMap? labels = null)
    {
        (Tenant, Name, Number, CreatedAt, Version, Labels) = (tenant, name, number, createdAt, version, labels ?? TextMap.Empty);
        NameUtf8 = Encoding.UTF8.GetBytes(name);
        IsClosed = Labels.Find(ClosedLabel) is not null;
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

    /// <summary>See <see cref="ClosedLabel"/>.</summary>
    public bool IsClosed { get; }
    internal byte[] NameUtf8 { get; }
}
