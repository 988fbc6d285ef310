using System.Text;
using Herald.Engine.Stores;

namespace Herald.Contracts.Stores.Histories;

/// <summary>Topics and subscriptions, with the version and the heads of their last change.</summary>
public sealed class ModelCatalog
{
    public Dictionary<(string Kind, string Id), ModelEntry> Entries { get; } = [];
    public long Version { get; private set; }

    public IEnumerable<ModelEntry> Living => Entries.Values.Where(one => one.Body is not null);

    /// <summary>Applies the writes together.</summary>
    /// <returns>The index of the first write that does not apply. Null when all were applied.</returns>
    public int? Change(IReadOnlyList<CatalogWrite> writes, long[] heads)
    {
        for (var i = 0; i < writes.Count; i++)
            if (writes[i].ExpectedVersion is { } expected && expected != (Find(writes[i])?.Version ?? 0))
                return i;
        Version++;
        foreach (var write in writes)
        {
            var number = Find(write)?.Number ?? (int)Version;
            Entries[(write.Kind, write.Id)] = new ModelEntry(
                write.Kind, write.Id, number, write.Parent, Version, string.Join(',', heads), ModelEntry.TextOf(write.Body));
        }
        return null;
    }

    private ModelEntry? Find(CatalogWrite write) =>
        Entries.TryGetValue((write.Kind, write.Id), out var there) && there.Body is not null ? there : null;
}

/// <param name="Body">Null: the record was removed.</param>
public sealed record ModelEntry(string Kind, string Id, int Number, int Parent, long Version, string Heads, string? Body)
{
    public static ModelEntry Of(CatalogRecord record) => new(
        record.Kind, record.Id, record.Number, record.Parent, record.Version, string.Join(',', record.Heads), TextOf(record.Body));

    public static string? TextOf(ReadOnlyMemory<byte>? body) => body is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
}
