using System.Collections.Immutable;

namespace Herald.Server;

/// <summary>The options of applications, one record per application. A record that was not set has its defaults.</summary>
public sealed class ApplicationOptions
{
    public static readonly ApplicationOptions Defaults = new(ImmutableDictionary<Type, object>.Empty);

    private readonly ImmutableDictionary<Type, object> _byType;

    private ApplicationOptions(ImmutableDictionary<Type, object> byType) => _byType = byType;

    public T Get<T>()
        where T : class, new() => _byType.TryGetValue(typeof(T), out var options) ? (T)options : new T();

    public ApplicationOptions With<T>(T options)
        where T : class, new()
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(_byType.SetItem(typeof(T), options));
    }
}
