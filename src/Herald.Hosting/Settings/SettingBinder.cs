namespace Herald.Hosting.Settings;

/// <summary>
/// Sets the values of providers on options records. A value comes from the last provider that has it. Maps are merged by name. A list
/// comes from one provider as a whole: merged by number, it would mix fields of items that have nothing to do with each other.
/// </summary>
/// <param name="providers">In the order in which they override each other.</param>
internal sealed class SettingBinder(IReadOnlyList<SettingProvider> providers, List<SettingError> errors)
{
    private readonly Dictionary<string, string> _origins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the value of a setting comes from. For a list or a map, that is where its first value comes from.</summary>
    public string OriginOf(string name) =>
        _origins.GetValueOrDefault(name)
        ?? _origins.Where(origin => IsBelow(name, origin.Key)).Select(origin => origin.Value).FirstOrDefault()
        ?? EffectiveSetting.Default;

    public object Bind(SettingSection section)
    {
        var options = section.Create();
        Bind(section.Node, options, section.Name, providers);
        return options;
    }

    /// <summary>True when the second name is the first one, or one of the names in it.</summary>
    public static bool IsBelow(string name, string other) =>
        other.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (other.Length == name.Length || other[name.Length] == '.');

    private void Bind(SettingNode.Group group, object options, string before, IReadOnlyList<SettingProvider> sources)
    {
        foreach (var child in group.Children)
        {
            var name = SettingName.Join(before, child.Name);
            switch (child)
            {
                case SettingNode.Group inner:
                    throw new System.Diagnostics.UnreachableException($"{inner.Name}");
                case SettingNode.Value { Property.IsTexts: true } value:
                    BindTexts(value.Property, options, name, sources);
                    break;
                case SettingNode.Value value:
                    BindValue(value.Property, options, name, sources);
                    break;
                case SettingNode.Items { Attribute.IsMap: true } items:
                    BindItems(items, options, name, sources);
                    break;
                case SettingNode.Items items:
                    if (LastWith(sources, name) is { } provider)
                        BindItems(items, options, name, [provider]);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"{child}");
            }
        }
    }

    private void BindValue(SettingProperty property, object options, string name, IReadOnlyList<SettingProvider> sources)
    {
        var key = KeyOf(name);
        if (sources.LastOrDefault(source => source.TryGet(key, out var text) && text is not null) is not { } provider)
            return;
        provider.TryGet(key, out var given);
        _origins[name] = provider.OriginOf(key);
        if (property.TryParse(given!, out var value))
            property.Set(options, value);
        else
            errors.Add(new(name, property.Attribute.Mask(given!), provider.OriginOf(key), property.RuleFor(given!)));
    }

    /// <summary>A single text is a list whose items have commas between them.</summary>
    private void BindTexts(SettingProperty property, object options, string name, IReadOnlyList<SettingProvider> sources)
    {
        var key = KeyOf(name);
        if (LastWith(sources, name) is not { } provider)
            return;
        var keys = provider.ChildrenOf(key).Where(SettingName.IsNumber)
            .Select(number => $"{key}:{number}").Where(below => provider.TryGet(below, out _)).ToList();
        if (keys.Count == 0 && !provider.TryGet(key, out _))
            return;
        if (provider.TryGet(key, out var single) && single is not null)
        {
            if (keys.Count > 0)
                errors.Add(new(name, null, provider.OriginOf(key), "The setting is given twice: as one value and as a list. Remove one."));
            keys = [];
        }
        _origins[name] = provider.OriginOf(keys.FirstOrDefault(key));
        List<(string Origin, string? Text)> given = single is not null
            ? [.. single.Split(',', StringSplitOptions.TrimEntries).Select(text => (key, text))]
            : [.. keys.Select(Given)];
        if (given is [(_, { } only)] && only == property.Attribute.None)
        {
            property.Set(options, null);
            return;
        }
        var texts = new List<string>();
        foreach (var (origin, text) in given)
        {
            if (text is not null && property.TryParse(text, out _))
                texts.Add(text);
            else
                errors.Add(new(name, property.Attribute.Mask(text ?? ""), provider.OriginOf(origin), property.Rule));
        }
        if (texts.Count > 0 || !property.Attribute.IsRequired)
            property.Set(options, texts.ToArray());
        else if (given.Count == 0)
            errors.Add(new(name, "", provider.OriginOf(key), property.Rule));

        (string Origin, string? Text) Given(string one) => (one, provider.TryGet(one, out var text) ? text : null);
    }

    private void BindItems(SettingNode.Items node, object options, string name, IReadOnlyList<SettingProvider> sources)
    {
        var key = KeyOf(name);
        var names = sources.SelectMany(source => source.ChildrenOf(key)).Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(node.Attribute.IsName).ToList();
        if (names.Count == 0 && !sources.Any(source => source.TryGet(key, out _)))
            return;
        _origins.TryAdd(name, sources.Last(source => source.Has(key)).OriginOf(key));
        var items = new List<KeyValuePair<string, object>>();
        foreach (var one in names)
        {
            var (item, itemName) = (node.Attribute.NewItem(), SettingName.Join(name, one));
            Bind(node.Item, item, itemName, sources);
            Require(node.Item, itemName, sources);
            items.Add(new(one, item));
        }
        node.Property.Set(options, node.Attribute.Collect(items));
    }

    /// <summary>Reports the values that an item must have and does not have.</summary>
    private void Require(SettingNode.Group item, string itemName, IReadOnlyList<SettingProvider> sources)
    {
        foreach (var value in item.Children.OfType<SettingNode.Value>().Where(value => value.Property.Attribute.IsRequired))
        {
            var name = SettingName.Join(itemName, value.Name);
            if (LastWith(sources, name) is null)
                errors.Add(new(name, null, LastWith(sources, itemName)!.Source, $"It is missing. {value.Property.Rule}"));
        }
    }

    private static SettingProvider? LastWith(IReadOnlyList<SettingProvider> sources, string name) =>
        sources.LastOrDefault(source => source.Has(KeyOf(name)));

    private static string KeyOf(string name) => name.Replace('.', ':');
}
