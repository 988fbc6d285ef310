using Herald.Engine.Basics;
using Herald.Messages.Providers;
using Herald.Posts;
using Herald.Sms.Numbers;

namespace Herald.Sms.Hosting;

/// <summary>The rules between the settings of text messages.</summary>
internal static class SmsRules
{
    public static IEnumerable<SettingProblem> Broken(SmsOptions options)
    {
        var numbers = new PhoneNumberReader(options.Region);
        foreach (var problem in ProviderRules.Broken("sms", options.Providers))
            yield return problem;
        foreach (var (name, provider) in options.Providers)
        {
            foreach (var problem in PostProvider.Check(name, provider, SmsModule.Presets))
                yield return problem;
            if (provider.To is { } to && numbers.Read(to).Problem is { } wrong)
                yield return new($"providers.{name}.to", wrong) { Others = ["region"] };
        }
    }
}
