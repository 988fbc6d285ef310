using Herald.Engine.Stores;

namespace Herald.TestKit.Catalogs;

/// <summary>Answers catalog queries from records in memory, for the stores of tests.</summary>
public static class CatalogQueries
{
    public static IReadOnlyList<CatalogRecord> Answer(CatalogQuery query, IEnumerable<CatalogRecord> records)
    {
        var live = records.Where(r => r.Kind == query.Kind && r.Body is not null).OrderBy(r => r.Id, StringComparer.Ordinal);
        return query switch
        {
            CatalogQuery.ById q => [.. live.Where(r => r.Id == q.Id)],
            CatalogQuery.ByNumber q => [.. live.Where(r => q.Numbers.Contains(r.Number))],
            CatalogQuery.ByParent q => [.. live.Where(r => q.Parents.Contains(r.Parent))],
            CatalogQuery.Page q => [.. live.Where(r => (q.Parent is null ? q.Tenant.Owns(r.Id) : q.Parent == r.Parent) && string.CompareOrdinal(r.Id, q.After) > 0).Take(q.Limit)],
            _ => throw new ArgumentException($"no answer for {query}", nameof(query)),
        };
    }
}
