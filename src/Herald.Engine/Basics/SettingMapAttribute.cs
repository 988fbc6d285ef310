using System.Diagnostics.CodeAnalysis;

namespace Herald.Engine.Basics;

/// <summary>A setting that is a map of records: an <see cref="IReadOnlyDictionary{TKey, TValue}"/> with names as keys.</summary>
/// <typeparam name="TName">The form of the names.</typeparam>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingMapAttribute<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TItem,
    TName>(string purpose) : SettingItemsAttribute(purpose)
    where TItem : class, new()
    where TName : ISettingForm
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type ItemType => typeof(TItem);

    public override bool IsMap => true;

    public override string NameRule => TName.Rule;

    public override bool IsName(string text) => TName.Accepts(text);

    public override object NewItem() => new TItem();

    public override object Collect(IReadOnlyList<KeyValuePair<string, object>> items) =>
        items.ToDictionary(item => item.Key, item => (TItem)item.Value, StringComparer.Ordinal);

    public override IEnumerable<KeyValuePair<string, object>> ItemsOf(object value) =>
        ((IReadOnlyDictionary<string, TItem>)value).Select(item => KeyValuePair.Create(item.Key, (object)item.Value));
}
