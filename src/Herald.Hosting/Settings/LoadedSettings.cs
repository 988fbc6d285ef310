using Microsoft.Extensions.Configuration;

namespace Herald.Hosting.Settings;

/// <summary>The settings of a program, as they were found.</summary>
public sealed class LoadedSettings
{
    private readonly SettingSet _set;
    private readonly BoundOptions _options;
    private readonly Func<string, string> _originOf;

    internal LoadedSettings(
        SettingSet set, IConfigurationRoot configuration, BoundOptions options, IReadOnlyList<SettingError> errors,
        Func<string, string> originOf) =>
        (_set, Configuration, _options, Errors, _originOf) = (set, configuration, options, errors, originOf);

    /// <summary>Empty when the options can be used.</summary>
    public IReadOnlyList<SettingError> Errors { get; }

    /// <summary>The values as they were given, for hosts that have sections of their own.</summary>
    public IConfigurationRoot Configuration { get; }

    /// <exception cref="ServerStartException">There are <see cref="Errors"/>; the message contains all of them.</exception>
    public BoundOptions Options => Errors.Count == 0 ? _options : throw new ServerStartException(string.Join(Environment.NewLine, Errors));

    /// <summary>The same settings with further errors.</summary>
    public LoadedSettings With(IEnumerable<SettingError> errors) => new(_set, Configuration, _options, [.. Errors, .. errors], _originOf);

    /// <summary>Every setting with its present value, for <c>herald config</c>.</summary>
    public IReadOnlyList<EffectiveSetting> Effective() =>
    [
        .. _set.Leaves(_options).Select(leaf => new EffectiveSetting(
            leaf.Name, SettingName.Variable(leaf.Name), leaf.Shown, _originOf(leaf.Name),
            leaf.Property.Attribute.Purpose, leaf.Property.Rule)),
    ];
}
