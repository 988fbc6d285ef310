using System.Reflection;
using Herald.Engine.Basics;

namespace Herald.Hosting.Settings;

/// <summary>A property of an options record that is a setting.</summary>
internal sealed class SettingProperty
{
    private readonly PropertyInfo _property;
    private readonly SettingKind? _kind;

    public SettingProperty(PropertyInfo property, SettingAttribute attribute, IReadOnlyList<string>? choices = null)
    {
        _property = property;
        Attribute = attribute;
        Name = SettingName.Camel(property.Name);
        IsTexts = attribute is not SettingItemsAttribute && property.PropertyType == typeof(IReadOnlyList<string>);
        var type = IsTexts ? typeof(string) : Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        _kind = attribute is SettingItemsAttribute ? null : SettingKind.Of(type, attribute, choices);
    }

    public SettingAttribute Attribute { get; }

    /// <summary>The name without the section.</summary>
    public string Name { get; }

    /// <summary>The value is a list of texts.</summary>
    public bool IsTexts { get; }

    public string Rule
    {
        get
        {
            var rule = Attribute.Rule ?? _kind?.Rule
                ?? (Attribute is SettingItemsAttribute { IsMap: true } ? "A map: an object for each name." : "A list of objects.");
            if (Attribute.Rule is null && IsTexts)
                rule = rule.StartsWith("One of ", StringComparison.Ordinal)
                    ? $"One or several of {rule["One of ".Length..]}"
                    : $"One or several: {Uncapitalized(rule)}";
            return Attribute is { Rule: null, None: { } none } ? $"{rule.TrimEnd('.')}; or {none}." : rule;
        }
    }

    /// <summary>The rule, for the person who wrote this text.</summary>
    public string RuleFor(string text) =>
        _kind is { IsDuration: true } && DurationText.RuleFor(text) is var hint && hint != DurationText.Rule ? hint : Rule;

    /// <summary>An abbreviation keeps its capitals.</summary>
    private static string Uncapitalized(string sentence) =>
        sentence.Length > 1 && char.IsUpper(sentence[1]) ? sentence : SettingName.Camel(sentence);

    public bool TryParse(string text, out object? value)
    {
        value = null;
        return text == Attribute.None || (value = _kind!.Parse(text)) is not null;
    }

    public object? Get(object options) => _property.GetValue(options);

    public void Set(object options, object? value) => _property.SetValue(options, value);

    /// <summary>The texts of a value, as an operator would write them. A value that is no list of texts has one.</summary>
    public IReadOnlyList<string> Texts(object? value) => value switch
    {
        null => [],
        IReadOnlyList<string> texts when IsTexts => texts,
        _ => [_kind!.Format(value)],
    };

    /// <summary>The value in one line, without secrets; null for none.</summary>
    public string? Show(object? value) =>
        string.Join(", ", Texts(value).Where(text => text.Length > 0).Select(Attribute.Mask)) is { Length: > 0 } shown ? shown : null;

    /// <summary>The default, in words where it is not the same on every machine.</summary>
    public string ShowDefault(object options) =>
        Attribute.DefaultInWords ?? (Attribute is SettingItemsAttribute ? "none" : Show(Get(options)) ?? Attribute.None ?? "none");
}
