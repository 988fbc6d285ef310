using Herald.Engine.Basics;
using Microsoft.Extensions.Configuration;

namespace Herald.Hosting.Settings;

/// <summary>The settings of a program: the sections that its parts bring, and the rules between them.</summary>
public sealed record SettingSet(IReadOnlyList<SettingSection> Sections)
{
    /// <summary>
    /// The rules between settings of different sections that the options break. The problems name settings with their section.
    /// </summary>
    public Func<BoundOptions, IEnumerable<SettingProblem>> Rules { get; init; } = _ => [];

    /// <summary>The settings that have an option of <c>serve</c>, in the order of the sections.</summary>
    public IReadOnlyList<SettingOption> Options => [.. Sections.SelectMany(OptionsOf)];

    /// <summary>The setting that had this option when all settings had one; null for other options.</summary>
    public string? NameOfFormerOption(string option) => new SettingNames(Sections).RenamedOption(option);

    /// <summary>
    /// Reads the sources. All errors are found: unknown names, values that were given twice, and values that break a rule.
    /// </summary>
    public LoadedSettings Load(SettingSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        SettingProvider[] given =
        [
            .. sources.File is { } file ? (SettingProvider[])[new FileSettings(file)] : [],
            new EnvironmentSettings(sources.Environment),
            new GivenSettings("command line", sources.CommandLine),
        ];
        // A configuration loads its providers. A file can be a pipe, so it is read once.
        var withoutDefaults = new ConfigurationRoot([.. given]);
        var defaults = new GivenSettings(EffectiveSetting.Default, [.. sources.Defaults(new GivenTexts(withoutDefaults))]);
        var configuration = new ConfigurationRoot([defaults, new ChainedConfigurationProvider(new() { Configuration = withoutDefaults })]);
        SettingProvider[] providers = [defaults, .. given];
        var names = new SettingNames(Sections);
        var errors = new List<SettingError>();
        foreach (var provider in providers)
        {
            errors.AddRange(provider.Errors);
            errors.AddRange(names.Check(provider));
        }
        var binder = new SettingBinder(providers, errors);
        var options = BoundOptions.Of(Sections.Select(binder.Bind));
        errors.AddRange(OwnVariables.Check(sources.Environment, names, name => binder.OriginOf(name) != EffectiveSetting.Default));
        AddBrokenRules(options, errors, binder.OriginOf);
        return new LoadedSettings(this, configuration, options, errors, binder.OriginOf);
    }

    /// <summary>The defaults of all sections.</summary>
    public BoundOptions CreateDefaults() => BoundOptions.Of(Sections.Select(section => section.Create()));

    /// <summary>The errors of options that were written in code instead of loaded.</summary>
    public IReadOnlyList<SettingError> Check(BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = Leaves(options).Select(leaf => leaf.Check()).OfType<SettingError>().ToList();
        AddBrokenRules(options, errors, _ => "code");
        return errors;
    }

    internal IEnumerable<SettingLeaf> Leaves(BoundOptions options) =>
        Sections.SelectMany(section => SettingLeaf.Of(section, options.Get(section.OptionsType)));

    private static IEnumerable<SettingOption> OptionsOf(SettingSection section)
    {
        var defaults = section.Create();
        foreach (var (name, property, _) in SettingLeaf.Of(section, defaults))
        {
            if (property.Attribute is { Option: { } option } attribute)
            {
                yield return new(
                    option, name, attribute.OptionValue, property.IsTexts,
                    $"{attribute.Purpose} Default: {property.ShowDefault(defaults)}. {property.Rule}");
            }
        }
    }

    private void AddBrokenRules(BoundOptions options, List<SettingError> errors, Func<string, string> originOf)
    {
        var problems = Sections
            .SelectMany(section => section.BrokenRules(options.Get(section.OptionsType)).Select(problem => (section.Name, problem)))
            .Concat(Rules(options).Select(problem => ("", problem)));
        foreach (var (section, problem) in problems)
        {
            var name = SettingName.Join(section, problem.Setting);
            var involved = problem.Others.Select(other => SettingName.Join(section, other)).Append(name);
            if (involved.Any(one => errors.Any(error => SettingBinder.IsBelow(one, error.Setting))))
                continue;
            var value = problem.Value ?? Leaves(options).Where(leaf => leaf.Name == name).Select(leaf => leaf.Shown).FirstOrDefault();
            errors.Add(new(name, value, originOf(name), problem.Rule));
        }
    }
}
