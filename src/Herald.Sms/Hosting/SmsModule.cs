using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Posts;
using Herald.Posts.Definitions;
using Herald.Posts.Hosting;
using Herald.Sms.Numbers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Herald.Sms.Hosting;

/// <summary>Text messages as a module: a channel over all gateways. Without a gateway it adds only the rule for numbers.</summary>
public sealed class SmsModule : IModule
{
    internal static readonly Presets Presets = new(typeof(SmsModule).Assembly);

    public string Name => "sms";

    public IReadOnlyList<SettingSection> Sections =>
    [
        new SettingSection<SmsOptions>("sms", "Text messages", () => new()) { Rules = SmsRules.Broken },
    ];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var sms = options.Get<SmsOptions>();
        var numbers = new PhoneNumberReader(sms.Region);
        services.AddSingleton<IRecipientCheck>(new NumberRecipientCheck(numbers));
        if (sms.Providers.Count == 0)
            return;
        services.TryAddSingleton<ProviderSenders>();
        services.AddSingleton<IChannel>(container => new SmsChannel(
            [.. sms.Providers.Select(provider => PostProvider.Create(
                provider.Key, provider.Value, Presets, container.GetRequiredService<ProviderSenders>().For(provider.Value),
                SmsPreparation.For(provider.Value, numbers),
                LogOf(container)))],
            numbers,
            container.GetRequiredService<TimeProvider>(), LogOf(container)));
    }

    /// <summary>A container of a test can be without a log.</summary>
    private static ILogger? LogOf(IServiceProvider container) => container.GetService<ILoggerFactory>()?.CreateLogger("Herald.Sms");
}
