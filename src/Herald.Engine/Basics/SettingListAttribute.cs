using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Herald.Engine.Basics;

/// <summary>A setting that is a list of records: an <see cref="IReadOnlyList{T}"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingListAttribute<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TItem>(string purpose) : SettingItemsAttribute(purpose)
    where TItem : class, new()
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type ItemType => typeof(TItem);

    public override bool IsMap => false;

    public override string NameRule => "A number: 0 for the first item, 1 for the second.";

    public override bool IsName(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    public override object NewItem() => new TItem();

    public override object Collect(IReadOnlyList<KeyValuePair<string, object>> items) => items.Select(item => (TItem)item.Value).ToArray();

    public override IEnumerable<KeyValuePair<string, object>> ItemsOf(object value) =>
        ((IReadOnlyList<TItem>)value).Select(
            (item, index) => KeyValuePair.Create(index.ToString(CultureInfo.InvariantCulture), (object)item));
}
