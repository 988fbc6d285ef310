using Microsoft.Extensions.Configuration;

namespace Herald.Hosting.Settings;

/// <summary>The texts of settings as they were given, whether or not they follow the rules.</summary>
public sealed class GivenTexts
{
    private readonly IConfiguration _configuration;

    internal GivenTexts(IConfiguration configuration) => _configuration = configuration;

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<string> Of(string name)
    {
        var given = _configuration.GetSection(SettingProvider.KeyOf(name));
        return [.. given.GetChildren().Select(item => item.Value).Concat(given.Value?.Split(',', StringSplitOptions.TrimEntries) ?? []).OfType<string>()];
    }
}
