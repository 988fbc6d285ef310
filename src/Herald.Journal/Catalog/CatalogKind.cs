using System.Diagnostics;
using Herald.Engine.Basics;
using Herald.Engine.Stores;

namespace Herald.Journal.Catalog;

/// <summary>The live records of one kind, ordered by id, with look-ups by number and by parent.</summary>
internal sealed class CatalogKind
{
    private static readonly Comparer<CatalogRecord> ById = Comparer<CatalogRecord>.Create((a, b) => string.CompareOrdinal(a.Id, b.Id));

    private readonly Dictionary<TenantId, SortedSet<CatalogRecord>> _byTenant = [];
    private readonly Dictionary<int, CatalogRecord> _byNumber = [];
    private readonly Dictionary<int, SortedSet<CatalogRecord>> _byParent = [];

    public int Count => _byNumber.Count;

    public void Add(CatalogRecord record)
    {
        Add(_byTenant, TenantId.Split(record.Id).Tenant, record);
        _byNumber[record.Number] = record;
        Add(_byParent, record.Parent, record);
    }

    public void Remove(CatalogRecord record)
    {
        Remove(_byTenant, TenantId.Split(record.Id).Tenant, record);
        _byNumber.Remove(record.Number);
        Remove(_byParent, record.Parent, record);
    }

    public IReadOnlyList<CatalogRecord> Find(CatalogQuery query) => query switch
    {
        CatalogQuery.ByNumber { Numbers: var numbers } => [.. numbers.Where(_byNumber.ContainsKey).Select(number => _byNumber[number])],
        CatalogQuery.ByParent { Parents: var parents } => [.. parents.SelectMany(parent => _byParent.GetValueOrDefault(parent) ?? [])],
        CatalogQuery.Page { Parent: { } parent } page => _byParent.TryGetValue(parent, out var children) ? PageOf(children, page) : [],
        CatalogQuery.Page page => _byTenant.TryGetValue(page.Tenant, out var own) ? PageOf(own, page) : [],
        // CatalogTable answers queries by id itself: it holds the ids of all kinds.
        CatalogQuery.ById or _ => throw new UnreachableException($"{query}"),
    };

    private static void Add<TGroup>(Dictionary<TGroup, SortedSet<CatalogRecord>> groups, TGroup group, CatalogRecord record)
        where TGroup : notnull
    {
        if (!groups.TryGetValue(group, out var members))
            groups[group] = members = new SortedSet<CatalogRecord>(ById);
        members.Add(record);
    }

    private static void Remove<TGroup>(Dictionary<TGroup, SortedSet<CatalogRecord>> groups, TGroup group, CatalogRecord record)
        where TGroup : notnull
    {
        var members = groups[group];
        members.Remove(record);
        if (members.Count == 0)
            groups.Remove(group);
    }

    private static List<CatalogRecord> PageOf(SortedSet<CatalogRecord> ordered, CatalogQuery.Page page)
    {
        if (page.After is null || ordered.Max is not { } last)
            return [.. ordered.Take(page.Limit)];
        var after = last with { Id = page.After };
        return ById.Compare(after, last) >= 0
            ? []
            : [.. ordered.GetViewBetween(after, last).SkipWhile(r => r.Id == page.After).Take(page.Limit)];
    }
}
