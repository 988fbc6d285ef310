using Herald.Engine.Basics;

namespace Herald.Messages.Providers;

/// <summary>The rules between the providers of one section of settings.</summary>
public static class ProviderRules
{
    /// <param name="section">The name of the section, such as <c>email</c>.</param>
    public static IEnumerable<SettingProblem> Broken<TOptions>(string section, IReadOnlyDictionary<string, TOptions> providers)
        where TOptions : ProviderOptions
    {
        ArgumentNullException.ThrowIfNull(providers);
        foreach (var (name, options) in providers)
        {
            if (options.Then is not { } then)
                continue;
            if (!providers.ContainsKey(then))
            {
                yield return new(
                    $"providers.{name}.then", $"There is no provider '{then}'. Add it as {section}.providers.{then}, or remove this.")
                {
                    Others = ["providers"],
                };
            }
            else if (IsInCircle(name, providers))
            {
                yield return new(
                    $"providers.{name}.then", "The providers lead back to this one. End the chain with a provider without 'then'.");
            }
        }
    }

    private static bool IsInCircle<TOptions>(string name, IReadOnlyDictionary<string, TOptions> providers)
        where TOptions : ProviderOptions
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var at = providers[name].Then; at is not null && seen.Add(at); at = providers.GetValueOrDefault(at)?.Then)
        {
            if (at == name)
                return true;
        }
        return false;
    }
}
