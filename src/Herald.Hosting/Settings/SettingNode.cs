using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Herald.Engine.Basics;

namespace Herald.Hosting.Settings;

/// <summary>The tree of names: sections contain settings, and lists and maps contain items with settings of their own.</summary>
internal abstract record SettingNode(string Name)
{
    /// <summary>A section, or the fields of an item.</summary>
    public sealed record Group(string Name, IReadOnlyList<SettingNode> Children) : SettingNode(Name)
    {
        public SettingNode? Find(string name) =>
            Children.FirstOrDefault(child => child.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A setting with one value, or with a list of texts.</summary>
    public sealed record Value(SettingProperty Property) : SettingNode(Property.Name);

    /// <summary>A list or a map of records.</summary>
    public sealed record Items(SettingProperty Property, SettingItemsAttribute Attribute, Group Item) : SettingNode(Property.Name);

    /// <summary>The settings among the properties of a type.</summary>
    /// <param name="choices">The allowed texts of settings that are known only at run time, by the name of the setting.</param>
    public static Group Of(
        string name, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type type,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? choices = null)
    {
        var children = new List<SettingNode>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            switch (property.GetCustomAttribute<SettingAttribute>(inherit: true))
            {
                case null:
                    break;
                case SettingItemsAttribute items:
                    children.Add(new Items(new(property, items), items, Of("", items.ItemType)));
                    break;
                case { } attribute:
                    children.Add(new Value(new(property, attribute, choices?.GetValueOrDefault(SettingName.Camel(property.Name)))));
                    break;
            }
        }
        return new(name, children);
    }
}
