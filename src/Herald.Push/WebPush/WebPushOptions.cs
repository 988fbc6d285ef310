using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Push.WebPush;

/// <summary>The options of Web Push. Without a provider, there is no channel.</summary>
public sealed record WebPushOptions
{
    [SettingMap<WebPushProviderOptions, ProviderName>("The senders of Web Push, by name. Endpoints use these names: webpush://NAME.")]
    public IReadOnlyDictionary<string, WebPushProviderOptions> Providers
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(WebPushProviderOptions))]
        get;
        init;
    } = new Dictionary<string, WebPushProviderOptions>();
}

/// <summary>One sender of Web Push.</summary>
public sealed record WebPushProviderOptions : PushProviderOptions
{
    [Setting(
        "The file with the key pair that 'herald push keys' prints, or with a private key of P-256 in PEM.",
        IsRequired = true, Rule = "A file.")]
    public string KeyFile { get; init; } = "";

    [Setting("How many messages this node sends to one push service at the same time.", Least = "1", Most = "1000")]
    public override int Connections { get; init; } = 100;

    [SettingText<VapidSubject>("Whom the operators of push services can ask about this sender.", IsRequired = true)]
    public string Subject { get; init; } = "";
}
