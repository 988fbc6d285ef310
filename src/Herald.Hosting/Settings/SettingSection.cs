using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Herald.Hosting.Settings;

/// <summary>
/// A group of settings: a name and an options record whose properties with <see cref="SettingAttribute"/> are the settings.
/// </summary>
public abstract class SettingSection
{
    private protected SettingSection(string name, string purpose, SettingNode.Group node) => (Name, Purpose, Node) = (name, purpose, node);

    /// <summary>The first part of the settings' names; empty for settings whose names have one part.</summary>
    public string Name { get; }

    /// <summary>What the settings are about, as the heading of a page.</summary>
    public string Purpose { get; }

    /// <summary>Names that the section had before, each with what replaces it, in a sentence.</summary>
    public IReadOnlyDictionary<string, string> Replaced { get; init; } = new Dictionary<string, string>();

    internal SettingNode.Group Node { get; }

    internal abstract Type OptionsType { get; }

    /// <summary>Registers the section's record as <c>IOptions</c>.</summary>
    public abstract void AddTo(IServiceCollection services, BoundOptions options);

    /// <summary>A record with its defaults.</summary>
    internal abstract object Create();

    /// <summary>The rules between the section's settings that the options break.</summary>
    internal abstract IEnumerable<SettingProblem> BrokenRules(object options);
}

/// <inheritdoc/>
/// <param name="create">Creates a record with its defaults. Values are set on it before anything else sees it.</param>
/// <param name="choices">The allowed texts of settings that are known only at run time, by the name of the setting.</param>
public sealed class SettingSection<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
    string name, string purpose, Func<T> create, IReadOnlyDictionary<string, IReadOnlyList<string>>? choices = null)
    : SettingSection(name, purpose, SettingNode.Of(name, typeof(T), choices))
    where T : class
{
    /// <summary>The rules between the section's settings that the options break.</summary>
    public Func<T, IEnumerable<SettingProblem>> Rules { get; init; } = _ => [];

    internal override Type OptionsType => typeof(T);

    /// <summary>The errors of options that were written in code instead of loaded.</summary>
    public IReadOnlyList<SettingError> Check(T options) => new SettingSet([this]).Check(BoundOptions.Of(options));

    public override void AddTo(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(Options.Create(options.Get<T>()));
    }

    internal override object Create() => create();

    internal override IEnumerable<SettingProblem> BrokenRules(object options) => Rules((T)options);
}
