using Herald.Engine.Basics;
using Herald.Hosting.Commands;

namespace Herald.Hosting.Settings;

/// <summary>Finds the settings that sources name, and says what is wrong with the other names.</summary>
internal sealed class SettingNames(IReadOnlyList<SettingSection> sections)
{
    /// <summary>With so many names, a list of all is of no use in a message.</summary>
    private const int MostListed = 12;

    private readonly SettingNode.Group _root =
        new("", [.. sections.SelectMany(section => section.Name.Length == 0 ? section.Node.Children : [section.Node])]);

    /// <summary>Former names, each with the present name.</summary>
    private readonly Dictionary<string, string> _former = Former(sections);

    /// <summary>Former names that no other name replaces, each with what does, in a sentence.</summary>
    private readonly Dictionary<string, string> _replaced =
        sections.SelectMany(section => section.Replaced).ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The errors of a source's names.</summary>
    public IEnumerable<SettingError> Check(SettingProvider provider)
    {
        // Several keys can be wrong in the same way: the fields of one item whose list has a wrong name.
        var told = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in provider.Given)
        {
            if (Check(provider, key, value) is { } error && told.Add(error.Setting))
                yield return error;
        }
    }

    /// <summary>The present name of the setting that this variable was before; null for other variables.</summary>
    public string? Renamed(string variable) => ValueOf(_former, name => SettingName.FormerVariable(name) == variable);

    /// <summary>What replaces the setting that this variable was before, in a sentence; null for other variables.</summary>
    public string? Replacement(string variable) => ValueOf(_replaced, name => SettingName.FormerVariable(name) == variable);

    /// <summary>A name that could be meant by an unknown variable.</summary>
    public string HintForVariable(string variable) => Hint(variable, Names([]).Select(SettingName.Variable));

    /// <summary>The present name of the setting that had this option; null for other options.</summary>
    public string? RenamedOption(string option) => ValueOf(_former, name => SettingName.FormerOption(name) == option);

    private static string? ValueOf(Dictionary<string, string> byName, Func<string, bool> isMeant) =>
        byName.Where(one => isMeant(one.Key)).Select(one => one.Value).FirstOrDefault();

    private SettingError? Check(SettingProvider provider, string key, string? value)
    {
        var parts = key.Split(':');
        var (name, at) = ("", 0);
        for (SettingNode node = _root; ;)
        {
            switch (node)
            {
                case SettingNode.Group group when at == parts.Length:
                    return Wrong($"It is a group of settings, such as {SettingName.Join(name, group.Children[0].Name)}.");
                case SettingNode.Group group:
                    if (group.Find(parts[at]) is not { } child)
                        return Unknown(provider, key, parts);
                    (node, name) = (child, SettingName.Join(name, child.Name));
                    at++;
                    break;
                case SettingNode.Value { Property: var property } when at == parts.Length:
                    return value is null && !property.IsTexts ? Wrong($"It has one value and is not a list. {property.Rule}") : null;
                case SettingNode.Value { Property: var property }:
                    return !property.IsTexts ? Wrong($"It has one value, and is neither a list nor an object. {property.Rule}")
                        : at == parts.Length - 1 && SettingName.IsNumber(parts[at]) ? null
                        : Wrong($"It is a list of texts, such as {name}.0. {property.Rule}");
                case SettingNode.Items { Attribute: var attribute } items when at == parts.Length:
                    return value is null && !attribute.IsMap
                        ? null
                        : Wrong($"It is not a single value. {items.Property.Rule} For example: "
                            + $"{name}.{(attribute.IsMap ? "main" : "0")}.{items.Item.Children[0].Name}.");
                case SettingNode.Items { Attribute: var attribute } items:
                    if (!attribute.IsName(parts[at]))
                        return new(name, parts[at], provider.OriginOf(key), attribute.NameRule);
                    (node, name) = (items.Item, SettingName.Join(name, parts[at]));
                    at++;
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"{node}");
            }
        }

        SettingError Wrong(string rule) => new(name, null, provider.OriginOf(key), rule);
    }

    private SettingError Unknown(SettingProvider provider, string key, string[] parts)
    {
        var given = string.Join('.', parts);
        var isFormer = _former.TryGetValue(given, out var now) && !given.Equals(now, StringComparison.OrdinalIgnoreCase);
        var rule = isFormer ? $"The setting is now called {provider.SpellName(now!)}."
            : _replaced.TryGetValue(given, out var replacement) ? replacement
            : $"There is no such setting. {Hint(provider.Spell(key), Names(parts).Select(provider.SpellName))}";
        return new(provider.Spell(key), null, provider.Source, rule);
    }

    private static string Hint(string given, IEnumerable<string> known)
    {
        var all = known.ToList();
        return Nearest.Of(given, all) is { } name ? $"Did you mean {name}?"
            : all.Count <= MostListed ? $"Known: {string.Join(", ", all)}."
            : $"`{OwnCommand.With("config --all")}` lists all settings.";
    }

    /// <summary>All names. Items of lists and maps have the places that the given name has there.</summary>
    private IEnumerable<string> Names(string[] given)
    {
        return Below(_root, "", 0);

        IEnumerable<string> Below(SettingNode.Group group, string before, int at)
        {
            foreach (var child in group.Children)
            {
                var name = SettingName.Join(before, child.Name);
                if (child is SettingNode.Group inner)
                {
                    foreach (var below in Below(inner, name, at + 1))
                        yield return below;
                }
                else if (child is SettingNode.Items items)
                {
                    var item = at + 1 < given.Length && child.Name.Equals(given[at], StringComparison.OrdinalIgnoreCase) ? given[at + 1]
                        : items.Attribute.IsMap ? "name" : "0";
                    foreach (var below in Below(items.Item, SettingName.Join(name, item), at + 2))
                        yield return below;
                }
                else
                {
                    yield return name;
                }
            }
        }
    }

    private static Dictionary<string, string> Former(IReadOnlyList<SettingSection> sections)
    {
        var former = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var section in sections)
        {
            foreach (var value in section.Node.Children.OfType<SettingNode.Value>())
            {
                var name = SettingName.Join(section.Name, value.Name);
                former.Add(value.Property.Attribute.FormerName ?? name, name);
            }
        }
        return former;
    }
}
