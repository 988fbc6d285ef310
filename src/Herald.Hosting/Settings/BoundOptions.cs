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

    internal object Get(Type type) =>
        _records.TryGetValue(type, out var record)
            ? record
            : throw new InvalidOperationException($"No section has the options {type.Name}.");
}
