namespace Herald.Hosting.Settings;

/// <summary>The options records of all sections, by their type.</summary>
public sealed class BoundOptions
{
    private readonly Dictionary<Type, object> _records = [];

    public static BoundOptions Of(params IEnumerable<object> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var bound = new BoundOptions();
        foreach (var record in records)
            bound._records.Add(record.GetType(), record);
        return bound;
    }

    public T Get<T>()
        where T : class => (T)Get(typeof(T));

    /// <summary>The same records with one of them changed.</summary>
    public BoundOptions With<T>(Func<T, T> change)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(change);
        var changed = change(Get<T>());
        return Of([.. _records.Where(record => record.Key != typeof(T)).Select(record => record.Value), changed]);
    }

    /// <summary>Null when no module has a section with these options.</summary>
    public T? Find<T>()
        where T : class => _records.TryGetValue(typeof(T), out var record) ? (T)record : null;

    internal object Get(Type type) =>
        _records.TryGetValue(type, out var record)
            ? record
            : throw new InvalidOperationException($"No section has the options {type.Name}.");
}
