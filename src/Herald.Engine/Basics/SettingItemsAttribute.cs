using System.Diagnostics.CodeAnalysis;

namespace Herald.Engine.Basics;

/// <summary>
/// A setting that is a list or a map of records. Properties of the record are settings too. The attribute creates the items and the
/// collection, so that the reader of settings needs no type that is only known at run time.
/// </summary>
/// <remarks>
/// The compiler of the released file (./publish) does not see which properties an attribute's type argument needs. The getter of the
/// setting says it, with a <see cref="DynamicDependencyAttribute"/> on the public properties of the item.
/// </remarks>
public abstract class SettingItemsAttribute(string purpose) : SettingAttribute(purpose)
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)]
    public abstract Type ItemType { get; }

    /// <summary>True for a map, whose items have names; false for a list, whose items have numbers.</summary>
    public abstract bool IsMap { get; }

    /// <summary>The rule for the names of a map.</summary>
    public abstract string NameRule { get; }

    public abstract bool IsName(string text);

    /// <summary>An item with its defaults.</summary>
    public abstract object NewItem();

    /// <summary>The collection for the property.</summary>
    public abstract object Collect(IReadOnlyList<KeyValuePair<string, object>> items);

    /// <summary>The items of the property's value, with their names or numbers.</summary>
    public abstract IEnumerable<KeyValuePair<string, object>> ItemsOf(object value);
}
