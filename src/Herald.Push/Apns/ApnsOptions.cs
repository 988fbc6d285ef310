using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Push.Apns;

/// <summary>The options of Apple's push notifications. Without a provider, there is no channel.</summary>
public sealed record ApnsOptions
{
    [SettingMap<ApnsProviderOptions, ProviderName>(
        "The apps on Apple's devices that get messages, by name. Endpoints use these names: apns://NAME.")]
    public IReadOnlyDictionary<string, ApnsProviderOptions> Providers
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(ApnsProviderOptions))]
        get;
        init;
    } = new Dictionary<string, ApnsProviderOptions>();
}

/// <summary>One app.</summary>
public sealed record ApnsProviderOptions : PushProviderOptions
{
    [Setting("The .p8 file with the key from Apple's developer account.", IsRequired = true, Rule = "A file.")]
    public string KeyFile { get; init; } = "";

    [SettingText<AppleId>("The id of this key.", IsRequired = true)]
    public string KeyId { get; init; } = "";

    [SettingText<AppleId>("The id of the team of developers.", IsRequired = true)]
    public string TeamId { get; init; } = "";

    [SettingText<BundleId>("The topic of the messages: the bundle id of the app.", IsRequired = true)]
    public string Topic { get; init; } = "";

    [SettingText<ServiceUrl>("The address of the service; https://api.sandbox.push.apple.com for apps in development.")]
    public Uri Url { get; init; } = new("https://api.push.apple.com");
}
