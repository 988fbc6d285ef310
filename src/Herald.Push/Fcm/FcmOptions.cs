using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Push.Fcm;

/// <summary>The options of Firebase Cloud Messaging. Without a provider, there is no channel.</summary>
public sealed record FcmOptions
{
    [SettingMap<FcmProviderOptions, ProviderName>("The Firebase projects that send, by name. Endpoints use these names: fcm://NAME.")]
    public IReadOnlyDictionary<string, FcmProviderOptions> Providers
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(FcmProviderOptions))]
        get;
        init;
    } = new Dictionary<string, FcmProviderOptions>();
}

/// <summary>One Firebase project.</summary>
public sealed record FcmProviderOptions : PushProviderOptions
{
    [Setting(
        "The JSON file of a service account of the project, from the Firebase console. It also names the project.",
        IsRequired = true, Rule = "A file.")]
    public string AccountFile { get; init; } = "";

    [SettingText<ServiceUrl>("The address of the service.")]
    public Uri Url { get; init; } = new("https://fcm.googleapis.com");
}
