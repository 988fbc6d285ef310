using System.Diagnostics;
using Herald.Engine.Stores;

namespace Herald.Journal.Catalog;

/// <summary>The live records of one kind, ordered by id, with look-ups by number and by parent.</summary>
internal sealed class CatalogKind
{
    private static readonly Comparer<CatalogRecord> ById = Comparer<CatalogRecord>.Create((a, b) => string.CompareOrdinal(a.Id, b.Id));

    private readonly SortedSet<CatalogRecord> _byId = new(ById);
    private readonly Dictionary<int, CatalogRecord> _byNumber = [];
    private readonly Dictionary<int, SortedSet<CatalogRecord>> _byParent = [];

    public void Add(CatalogRecord record)
    {
        _byId.Add(record);
        _byNumber[record.Number] = record;
        if (!_byParent.TryGetValue(record.Parent, out var children))
            _byParent[record.Parent] = children = new SortedSet<CatalogRecord>(ById);
        children.Add(record);
    }

    public void Remove(CatalogRecord record)
    {
        _byId.Remove(record);
        _byNumber.Remove(record.Number);
        var children = _byParent[record.Parent];
        children.Remove(record);
        if (children.Count == 0)
            _byParent.Remove(record.Parent);
    }

    public IReadOnlyList<CatalogRecord> Find(CatalogQuery query) => query switch
    {
        CatalogQuery.ByNumber { Numbers: var numbers } => [.. numbers.Where(_byNumber.ContainsKey).Select(number => _byNumber[number])],
        CatalogQuery.ByParent { Parents: var parents } => [.. parents.SelectMany(parent => _byParent.GetValueOrDefault(parent) ?? [])],
        CatalogQuery.Page { Parent: { } parent } page => _byParent.TryGetValue(parent, out var children) ? PageOf(children, page) : [],
        CatalogQuery.Page page => PageOf(_byId, page),
        // CatalogTable answers queries by id itself: it holds the ids of all kinds.
        CatalogQuery.ById or _ => throw new UnreachableException($"{query}"),
    };

    private static List<CatalogRecord> PageOf(SortedSet<CatalogRecord> ordered, CatalogQuery.Page page)
    {
        if (page.After is null || ordered.Max is not { } last)
            return [.. ordered.Take(page.Limit)];
        var after = last with { Id = page.After };
        return ById.Compare(after, last) >= 0 ? [] : [.. ordered.GetViewBetween(after, last).SkipWhile(r => r.Id == page.After).Take(page.Limit)];
    }
}
