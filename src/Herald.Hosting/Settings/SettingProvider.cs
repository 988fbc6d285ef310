using Microsoft.Extensions.Configuration;

namespace Herald.Hosting.Settings;

/// <summary>
/// One source of settings, as a provider of Microsoft.Extensions.Configuration. It also knows where each value comes from, and which
/// values were given twice. Keys are parts of names, separated by colons.
/// </summary>
/// <param name="source">The source in messages: <c>file FILE</c>, <c>environment</c>, <c>command line</c>, <c>default</c>.</param>
internal abstract class SettingProvider(string source) : ConfigurationProvider
{
    public string Source => source;

    /// <summary>What could not be read, and values that were given twice.</summary>
    public List<SettingError> Errors { get; } = [];

    /// <summary>The keys in the order in which they were given. The value of an empty list is null.</summary>
    public IReadOnlyDictionary<string, string?> Given => Data.AsReadOnly();

    /// <summary>Where the value of a key comes from.</summary>
    public virtual string OriginOf(string key) => source;

    /// <summary>The key as the source spells it.</summary>
    public virtual string Spell(string key) => NameOf(key);

    /// <summary>The name of another setting as the source would spell it.</summary>
    public virtual string SpellName(string name) => name;

    /// <summary>True when the source has the key, or keys below it.</summary>
    public bool Has(string key) => TryGet(key, out _) || ChildrenOf(key).Any();

    /// <summary>The next parts of the keys below a key; numbers in their order.</summary>
    public IEnumerable<string> ChildrenOf(string key) => GetChildKeys([], key).Distinct(StringComparer.OrdinalIgnoreCase);

    internal static string KeyOf(string name) => name.Replace('.', ':');

    protected static string NameOf(string key) => key.Replace(':', '.');

    protected void Give(string key, string? value)
    {
        if (!Data.TryAdd(key, value))
            Errors.Add(new(Spell(key), null, source, "The setting is given twice. Remove one."));
    }
}
