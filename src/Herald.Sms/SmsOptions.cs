using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Messages.Providers;
using Herald.Sms.Numbers;

namespace Herald.Sms;

/// <summary>The options of text messages. Without a provider there is no channel for them.</summary>
public sealed record SmsOptions
{
    [SettingMap<SmsProviderOptions, ProviderName>("The gateways that send text messages, by name. Endpoints use these names.")]
    public IReadOnlyDictionary<string, SmsProviderOptions> Providers
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(SmsProviderOptions))]
        get;
        init;
    } = new Dictionary<string, SmsProviderOptions>();

    [SettingText<RegionForm>("The country of numbers that are written without one, such as DE for 0170 1234567.", None = "none")]
    public string? Region { get; init; }
}
