using Herald.Engine.Basics;

namespace Herald.Hosting.Settings;

/// <summary>A setting of an options record, with its full name and its value.</summary>
internal readonly record struct SettingLeaf(string Name, SettingProperty Property, object? Value)
{
    /// <summary>The value in one line, without secrets; null for none.</summary>
    public string? Shown => Property.Show(Value);

    /// <summary>All settings of a section. A list or map without items is one of them.</summary>
    public static IEnumerable<SettingLeaf> Of(SettingSection section, object options) => Of(section.Node, options, section.Name);

    /// <summary>The error of a value that was written in code; null when it follows its rule.</summary>
    public SettingError? Check()
    {
        var (property, texts) = (Property, Property.Texts(Value));
        if (property.Attribute is SettingItemsAttribute)
            return null;
        var isGiven = texts.Any(text => text.Length > 0);
        var holds = isGiven ? texts.All(text => property.TryParse(text, out _)) : !property.Attribute.IsRequired;
        return holds ? null : new(Name, Shown, "code", property.Rule);
    }

    private static IEnumerable<SettingLeaf> Of(SettingNode.Group group, object options, string before)
    {
        foreach (var child in group.Children)
        {
            var name = SettingName.Join(before, child.Name);
            switch (child)
            {
                case SettingNode.Group inner:
                    throw new System.Diagnostics.UnreachableException($"{inner.Name}");
                case SettingNode.Value { Property: var property }:
                    yield return new(name, property, property.Get(options));
                    break;
                case SettingNode.Items { Property: var property, Attribute: var attribute, Item: var item }:
                    var items = property.Get(options) is { } value ? attribute.ItemsOf(value).ToList() : [];
                    if (items.Count == 0)
                        yield return new(name, property, null);
                    foreach (var (itemName, record) in items)
                    {
                        foreach (var leaf in Of(item, record, SettingName.Join(name, itemName)))
                            yield return leaf;
                    }
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"{child}");
            }
        }
    }
}
